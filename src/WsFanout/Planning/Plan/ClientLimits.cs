using System.Globalization;
using WsFanout.Hosting.Settings.Derivation;
using WsFanout.Planning.Calibration;

namespace WsFanout.Planning.Plan;

/// <summary>How many clients CPU, memory, network, descriptors, units of concurrency and given limits carry, by the server's own formulas.</summary>
internal static class ClientLimits
{
    /// <summary>Key of the given or derived maximum.</summary>
    public const string MaxConnections = "max_connections";

    private const double Whole = 100;

    /// <summary>All of them, at one rate.</summary>
    public static IReadOnlyList<ClientLimit> At(PlanBasis basis, double ratePerClient, double messagesPerSecond)
    {
        var governor = basis.Governor;
        var limits = new List<ClientLimit>
        {
            new(MaxConnections, "WS_MAX_CONNECTIONS", governor.MaxConnections, OriginOf(basis), Binds: true),
            Cpu("cpu_all", "CPU, all of it", Whole, isOff: false, binds: true),
            Cpu("cpu_target", "CPU at target utilisation", basis.TargetUtilisation, isOff: false, binds: false) with { BoundsTarget = true },
            Cpu("cpu_reject", "CPU, newcomers refused", governor.CpuRejectPercent, governor.CpuRejectPercent >= Whole, binds: true),
            Cpu("cpu_pause", "CPU, intake paused", governor.CpuPausePercent, governor.CpuPausePercent >= Whole, binds: false),
            Memory("memory_all", "memory, all of it", Whole, isOff: false, binds: true),
            Memory("memory_reject", "memory, newcomers refused", governor.MemoryRejectPercent, governor.MemoryRejectPercent >= Whole, binds: true),
            new(
                "network", "network", LoadModel.Whole(basis.Request.BandwidthBytesPerSecond / (ratePerClient * basis.WireBytesPerDelivery)),
                Text($"{basis.Request.BandwidthBytesPerSecond / 1e6:0.###} MB/s / ({ratePerClient:0.###}/s × {basis.WireBytesPerDelivery} bytes: frame {basis.FrameBytes} of a payload of {basis.MessageBytes}, and headers)"), Binds: true),
            new(
                "network_target", "network, peak at target utilisation",
                LoadModel.Whole(basis.Request.BandwidthBytesPerSecond * basis.TargetUtilisation / Whole / (Utilisation.PeakFactor * ratePerClient * basis.WireBytesPerDelivery)),
                Text($"{basis.Request.BandwidthBytesPerSecond / 1e6:0.###} MB/s × {basis.TargetUtilisation:0.##} % / ({Utilisation.PeakFactor:0.##} × {ratePerClient:0.###}/s × {basis.WireBytesPerDelivery} bytes)"), Binds: false)
            {
                BoundsTarget = true,
            },
            new(
                "descriptors", "descriptors", CapacityFormulas.ClientsByDescriptors(basis.Given.Machine.DescriptorLimit),
                Text($"{Descriptors(basis.Given.Machine.DescriptorLimit)} − {CapacityFormulas.DescriptorReserve} in reserve"), Binds: true),
            new(
                "tasks", "units of concurrency", CapacityFormulas.MostClientsByTasks(governor.MaxTasks, basis.Settings.Fanout.WorkerThreads),
                Text($"(WS_MAX_GOROUTINES {governor.MaxTasks} − {basis.Settings.Fanout.WorkerThreads} threads − {CapacityFormulas.FixedTasks}) / 2"), Binds: true),
        };
        if (governor.MaxDeliveriesPerSecond > 0)
        {
            limits.Add(new(
                "broadcast_rate", "WS_MAX_BROADCAST_RATE", LoadModel.Whole(governor.MaxDeliveriesPerSecond / ratePerClient),
                Text($"{governor.MaxDeliveriesPerSecond:0.###}/s / {ratePerClient:0.###}/s; beyond, messages come later"), Binds: false));
        }

        return [.. limits.Where(limit => limit.Formula.Length > 0)];

        ClientLimit Cpu(string key, string name, double percent, bool isOff, bool binds) => new(
            key, name, basis.Model.ClientsWithinCores(governor.CpuLimitCores * percent / Whole, ratePerClient, messagesPerSecond),
            isOff ? "" : CpuFormula(basis, percent, ratePerClient, messagesPerSecond), binds);

        ClientLimit Memory(string key, string name, double percent, bool isOff, bool binds) => new(
            key, name, basis.Model.ClientsWithinBytes(governor.MemoryLimitBytes * percent / Whole),
            isOff ? "" : Text($"({LoadModel.Size(governor.MemoryLimitBytes)} × {percent:0.##} % − {LoadModel.Size(basis.Model.FixedBytes)}) / ({LoadModel.Size(basis.Model.BytesPerClient - basis.Model.KernelBytesPerSocket)} + {LoadModel.Size(basis.Model.KernelBytesPerSocket)} of the kernel)"), binds);
    }

    /// <summary>How the clients of a part of the CPU are worked out at the target's rates.</summary>
    public static string CpuFormula(PlanBasis basis, double percent) => CpuFormula(basis, percent, basis.RatePerClient, basis.Request.MessagesPerSecond);

    private static string CpuFormula(PlanBasis basis, double percent, double ratePerClient, double messagesPerSecond)
    {
        var model = basis.Model;
        var intake = model.SecondsPerMessage == 0 ? "" : Text($" − {messagesPerSecond:0.###}/s × {LoadModel.Time(model.SecondsPerMessage)}");
        var idle = model.IdleCores == 0 ? "" : Text($" − {model.IdleCores:0.####} idle");
        var client = model.CoresPerClient(0) == 0 ? "" : Text($"{LoadModel.Time(model.CoresPerClient(0))} + ");
        return Text($"({basis.Governor.CpuLimitCores:0.###} cores × {percent:0.##} %{idle}{intake}) / ({client}{ratePerClient:0.###}/s × {LoadModel.Time(model.SecondsPerDelivery)})");
    }

    private static string OriginOf(PlanBasis basis)
    {
        var setting = basis.Effective(Hosting.Settings.Catalogue.CapacitySettings.MaxConnections);
        return setting.Formula ?? "given";
    }

    private static string Descriptors(long limit) => limit > int.MaxValue ? "no limit" : limit.ToString(CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
