using WsFanout.Hosting.Settings.Derivation;
using WsFanout.Planning.Calibration;

namespace WsFanout.Planning.Plan;

/// <summary>What the plan's loads take of CPU, memory, units of concurrency and network.</summary>
internal static class Utilisation
{
    /// <summary>Messages and deliveries at peak for each at target load.</summary>
    public const double PeakFactor = 2;

    private const double Whole = 100;
    private const double Half = 0.5;

    /// <summary>
    /// Light: half the clients at half the rate. Target. Peak: the same clients at twice the rate. With a mix of users also the target's clients at the low and the high rates of their classes.
    /// </summary>
    public static IReadOnlyList<LoadUse> OfLoads(PlanBasis basis)
    {
        var target = basis.Target;
        var loads = new List<Load>
        {
            new("light", (long)(target.Clients * Half), target.RatePerClient * Half, target.MessagesPerSecond * Half),
            target,
            target with { Name = "peak", RatePerClient = target.RatePerClient * PeakFactor, MessagesPerSecond = target.MessagesPerSecond * PeakFactor },
        };
        if (basis.Request is { Users: { } mix, ClientRate: null })
        {
            loads.Insert(1, target with { Name = "target, low", RatePerClient = mix.Low });
            loads.Insert(3, target with { Name = "target, high", RatePerClient = mix.High });
        }

        return [.. loads.Select(load => Of(basis, load))];
    }

    public static LoadUse Of(PlanBasis basis, Load load)
    {
        var governor = basis.Governor;
        var cores = basis.Model.Cores(load.Clients, load.RatePerClient, load.MessagesPerSecond);
        var memory = basis.Model.Bytes(load.Clients);
        var tasks = CapacityFormulas.FewestTasks(load.Clients, basis.Settings.Fanout.WorkerThreads);
        var network = load.DeliveriesPerSecond * basis.WireBytesPerDelivery;
        var use = new LoadUse(
            load, cores, Whole * cores / governor.CpuLimitCores, memory, Whole * memory / governor.MemoryLimitBytes, load.Clients * basis.Model.KernelBytesPerSocket,
            tasks, Whole * tasks / governor.MaxTasks, network, Whole * network / basis.Request.BandwidthBytesPerSecond, "");
        return use with { Outcome = OutcomeOf(basis, use) };
    }

    private static string OutcomeOf(PlanBasis basis, LoadUse use)
    {
        var governor = basis.Governor;
        if (use.Load.Clients > governor.MaxConnections) return "more clients than let in";
        if (LoadModel.IsAbove(use.CpuPercent, Whole) || LoadModel.IsAbove(use.MemoryPercent, Whole) || LoadModel.IsAbove(use.NetworkPercent, Whole)) return "more than there is";
        if (IsAbove(use.CpuPercent, governor.CpuPausePercent) || IsAbove(use.MemoryPercent, governor.MemoryPausePercent)) return "intake pauses";
        if (IsAbove(use.MemoryPercent, governor.MemoryShedPercent)) return "clients are closed";
        if (IsAbove(use.CpuPercent, governor.CpuRejectPercent) || IsAbove(use.MemoryPercent, governor.MemoryRejectPercent)) return "newcomers refused";
        return LoadModel.IsAbove(use.CpuPercent, basis.TargetUtilisation) ? "above target" : "normal";
    }

    // A threshold of 100 is off.
    private static bool IsAbove(double percent, double threshold) => threshold < Whole && LoadModel.IsAbove(percent, threshold);
}
