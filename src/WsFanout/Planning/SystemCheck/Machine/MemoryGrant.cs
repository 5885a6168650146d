using WsFanout.Governor.Meters;
using WsFanout.Hosting.Settings.Grammars;
using static WsFanout.Planning.SystemCheck.Machine.MachineView;

namespace WsFanout.Planning.SystemCheck.Machine;

/// <summary>Memory: what WS_MEMORY_LIMIT and the clients count on against the container's limit and the machine's memory.</summary>
internal static class MemoryGrant
{
    public static IEnumerable<Finding> Look(MachineView view)
    {
        var (needs, files) = (view.Needs, view.Files);
        var needed = $"{Megabytes(needs.MemoryLimitBytes)} (WS_MEMORY_LIMIT)";
        var (cgroups, physical) = (files.Text("/proc/self/cgroup"), files.Field("/proc/meminfo", "MemTotal:").Then(kilobytes => new Fact<long>(kilobytes << 10, null)));
        var whyNot = cgroups.WhyNot ?? physical.WhyNot ?? CgroupRubbish.Find(files.Root, "memory", "memory.max", "memory.limit_in_bytes");
        if (whyNot is not null) return [Unknown("memory", whyNot, needed)];

        var limits = ContainerLimits.Read(files.Root);
        var isLimited = limits.MemoryBytes is { } limit && limit < physical.Value;
        var granted = isLimited ? limits.MemoryBytes ?? 0 : physical.Value;
        var source = isLimited ? $"limit of {Megabytes(granted)} in {limits.MemorySource}" : $"{Megabytes(granted)} physical, no limit below it";
        return [Limit(needs, granted, isLimited, source) with { Needed = needed }, Clients(needs, granted, source)];
    }

    private static Finding Limit(Needs needs, long granted, bool isLimited, string source)
    {
        var finding = Finding("memory", Verdict.Ok) with { Found = source };
        if (needs.MemoryLimitBytes <= granted) return finding;
        var isBlind = needs.MemoryLimitBytes * needs.MemoryShedPercent / 100 > granted;
        return finding with
        {
            Verdict = isBlind ? Verdict.Error : Verdict.Warning,
            Detail = isBlind
                ? Text($"The kernel ends the process before it sends clients away, which is at {needs.MemoryShedPercent} % of its limit.")
                : "The thresholds are parts of a memory that is not there: they come late.",
            Cure = isLimited ? Raise(needs.MemoryLimitBytes, granted) : [$"WS_MEMORY_LIMIT={SizeGrammar.Text(granted >> 20 << 20)}"],
        };
    }

    private static Finding Clients(Needs needs, long granted, string source)
    {
        var finding = Finding("memory_for_clients", Verdict.Ok) with { Needed = Text($"{Megabytes(needs.ClientMemoryBytes)} for {needs.Clients} clients and the server"), Found = source };
        return needs.ClientMemoryBytes <= granted
            ? finding
            : finding with { Verdict = Verdict.Warning, Detail = "Newcomers are refused for memory before WS_MAX_CONNECTIONS is reached.", Cure = ["more memory, or a smaller WS_MAX_CONNECTIONS"] };
    }

    private static string[] Raise(long needed, long granted) =>
        [$"compose: mem_limit: {Megabytes(needed)}", $"docker run --memory {Megabytes(needed)}", $"systemd: MemoryMax={Megabytes(needed)[..^1]}", $"WS_MEMORY_LIMIT={SizeGrammar.Text(granted >> 20 << 20)}"];
}
