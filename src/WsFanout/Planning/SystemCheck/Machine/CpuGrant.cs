using WsFanout.Governor.Meters;
using WsFanout.Hosting.Settings.Grammars;
using static WsFanout.Planning.SystemCheck.Machine.MachineView;

namespace WsFanout.Planning.SystemCheck.Machine;

/// <summary>CPU: what WS_CPU_LIMIT counts on against what quota and cores give.</summary>
internal static class CpuGrant
{
    public static IEnumerable<Finding> Look(MachineView view)
    {
        var needed = $"{NumberGrammar.Text(view.Needs.CpuCores)} cores (WS_CPU_LIMIT)";
        var cgroups = view.Files.Text("/proc/self/cgroup");
        var limits = ContainerLimits.Read(view.Files.Root);
        if ((cgroups.WhyNot ?? CgroupRubbish.Find(view.Files.Root, "cpu", "cpu.max", "cpu.cfs_quota_us")) is { } whyNot)
        {
            yield return Unknown("cpu", whyNot, needed);
            yield break;
        }

        var granted = Math.Min(limits.CpuCores ?? view.Cores, view.Cores);
        var source = limits.CpuCores is { } quota ? Text($"quota of {NumberGrammar.Text(quota)} in {limits.CpuSource}, {view.Cores} cores") : Text($"{view.Cores} cores, no quota");
        var finding = Finding("cpu", Verdict.Ok) with { Needed = needed, Found = source };
        if (view.Needs.CpuCores <= granted)
        {
            yield return finding;
            yield break;
        }

        var cores = NumberGrammar.Text(view.Needs.CpuCores);
        yield return finding with
        {
            Verdict = Verdict.Warning,
            Detail = "The server counts on more CPU than there is: it may never see itself at the thresholds at which it refuses clients and pauses.",
            Cure = limits.CpuCores < view.Needs.CpuCores
                ? [$"compose: cpus: {cores}", $"docker run --cpus {cores}", $"systemd: CPUQuota={NumberGrammar.Text(view.Needs.CpuCores * 100)}%", $"WS_CPU_LIMIT={NumberGrammar.Text(granted)}"]
                : [$"WS_CPU_LIMIT={NumberGrammar.Text(granted)}"],
        };
    }
}
