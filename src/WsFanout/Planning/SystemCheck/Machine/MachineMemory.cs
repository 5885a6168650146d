using static WsFanout.Planning.SystemCheck.Machine.MachineView;

namespace WsFanout.Planning.SystemCheck.Machine;

/// <summary>Swap and overcommit: whether memory that the server counts on is quick, and granted when it is asked for.</summary>
internal static class MachineMemory
{
    private const string MemInfo = "/proc/meminfo";

    /// <summary>Above, the kernel moves out pages that are only seldom used long before memory is short.</summary>
    private const int EagerSwappiness = 10;

    private const int StrictMode = 2;

    public static IEnumerable<Finding> Look(MachineView view) => [Available(view), Swap(view), Overcommit(view)];

    private static Finding Available(MachineView view)
    {
        var needed = Text($"{Megabytes(view.Needs.ClientMemoryBytes)} for {view.Needs.Clients} clients and the server");
        var available = view.Files.Field(MemInfo, "MemAvailable:");
        if (!available.IsKnown) return Unknown("memory_available", available.WhyNot, needed);
        var finding = Finding("memory_available", Verdict.Ok) with { Needed = needed, Found = Text($"{available.Value >> 10}MB of the machine right now") };
        return available.Value << 10 >= view.Needs.ClientMemoryBytes
            ? finding
            : finding with { Verdict = Verdict.Warning, Detail = "Other programs have the rest. A server that runs here already is among them.", Cure = ["fewer programs on this machine, or a smaller WS_MAX_CONNECTIONS"] };
    }

    private static Finding Swap(MachineView view)
    {
        var (size, swappiness) = (view.Files.Field(MemInfo, "SwapTotal:"), view.Files.Number("/proc/sys/vm/swappiness"));
        if (!size.IsKnown || !swappiness.IsKnown) return Unknown("swap", size.WhyNot ?? swappiness.WhyNot, "none, or used late");
        var finding = Finding("swap", Verdict.Ok) with { Needed = "none, or used late", Found = size.Value == 0 ? "none" : Text($"{size.Value >> 10}MB, vm.swappiness {swappiness.Value}") };
        if (size.Value == 0 || swappiness.Value <= EagerSwappiness) return finding;
        return finding with
        {
            Verdict = Verdict.Warning,
            Detail = "Pages moved out make deliveries late, and the memory meter sees less than the server needs.",
            Cure = [.. Cures.Sysctl(view.Files, "vm.swappiness", "1", isOfNamespace: false), "compose: memswap_limit the same as mem_limit", "systemd: MemorySwapMax=0"],
        };
    }

    private static Finding Overcommit(MachineView view)
    {
        var mode = view.Files.Number("/proc/sys/vm/overcommit_memory");
        if (!mode.IsKnown) return Unknown("overcommit", mode.WhyNot);
        if (mode.Value != StrictMode) return Finding("overcommit", Verdict.Ok) with { Found = Text($"vm.overcommit_memory {mode.Value}: memory is granted when it is touched") };

        var (most, used) = (view.Files.Field(MemInfo, "CommitLimit:"), view.Files.Field(MemInfo, "Committed_AS:"));
        var needed = $"{Megabytes(view.Needs.MemoryLimitBytes)} (WS_MEMORY_LIMIT)";
        if (!most.IsKnown || !used.IsKnown) return Unknown("overcommit", most.WhyNot ?? used.WhyNot, needed);
        var free = Math.Max(0, most.Value - used.Value) << 10;
        var finding = Finding("overcommit", Verdict.Ok) with { Needed = needed, Found = $"vm.overcommit_memory 2, {Megabytes(free)} may still be promised" };
        return free >= view.Needs.MemoryLimitBytes
            ? finding
            : finding with
            {
                Verdict = Verdict.Warning,
                Detail = "Memory may be refused to the server while there is some: then the process ends.",
                Cure = Cures.Sysctl(view.Files, "vm.overcommit_memory", "0", isOfNamespace: false),
            };
    }
}
