using WsFanout.Governor.Entry;
using WsFanout.Hosting.Settings.Input;
using static WsFanout.Hosting.Settings.Catalogue.AccessSettings;

namespace WsFanout.Hosting.Settings.Derivation;

/// <summary>Works out how fast newcomers are let in: what was given, and what the CPU affords for the rest.</summary>
internal static class EntryBinding
{
    public static EntryOptions Entry(SettingValues values, EffectiveSettings effective, CapacityBinding capacity)
    {
        var cores = capacity.Governor.CpuLimitCores;
        var affordable = CapacityFormulas.ConnectRate(cores, capacity.Model);
        var rate = values.Get(ConnectRate) is var given and > 0 ? given : effective.Derive(ConnectRate, affordable);
        var perAddress = values.Get(ConnectRatePerIp);
        return new EntryOptions
        {
            PerSecond = rate,
            Burst = BurstOf(values, effective, ConnectBurst, (rate, ConnectRate)),
            PerSecondOfAddress = perAddress,
            BurstOfAddress = BurstOf(values, effective, ConnectBurstPerIp, (perAddress, ConnectRatePerIp)),
            TrustedProxies = values.Get(TrustedProxies),
            AffordablePerSecond = affordable.Value,
            RefusalsPerSecond = CapacityFormulas.RefusalRate(cores, capacity.Model),
            MostClientsByTasks = CapacityFormulas.MostClientsByTasks(capacity.Governor.MaxTasks, capacity.Fanout.WorkerThreads),
        };
    }

    private static int BurstOf(SettingValues values, EffectiveSettings effective, Setting<long> burst, (double Value, Setting Setting) rate)
    {
        if (values.Get(burst) is var given and > 0) return checked((int)given);
        if (rate.Value > 0 && double.IsFinite(rate.Value)) return (int)effective.Derive(burst, CapacityFormulas.ConnectBurst(rate.Value, rate.Setting.Name));

        // Nothing is counted without a rate, so this is no bound.
        effective.Explain(burst, $"without effect: {rate.Setting.Name} is unlimited");
        return 1;
    }
}
