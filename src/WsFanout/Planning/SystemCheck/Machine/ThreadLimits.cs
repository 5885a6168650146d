using WsFanout.Governor.Meters;
using static WsFanout.Planning.SystemCheck.Machine.MachineView;

namespace WsFanout.Planning.SystemCheck.Machine;

/// <summary>Threads: the cgroup's <c>pids</c> limit and the user's <c>ulimit -u</c> against what the workers and the runtime need.</summary>
internal static class ThreadLimits
{
    private const string Limits = "/proc/self/limits";

    public static IEnumerable<Finding> Look(MachineView view)
    {
        var needed = Text($"{view.Needs.Threads} threads");
        var cgroups = view.Files.Text("/proc/self/cgroup");
        var ofUser = view.Files.Line(Limits, "Max processes").Then(words => words.FirstOrDefault() == "unlimited" ? new Fact<long>(long.MaxValue, null)
            : CgroupPaths.Number(words.FirstOrDefault()) is { } number and >= 0 ? new(number, null)
            : new(0, $"{Limits} has no number of processes"));
        var whyNot = cgroups.WhyNot ?? ofUser.WhyNot ?? CgroupRubbish.Find(view.Files.Root, "pids", "pids.max");
        if (whyNot is not null) return [Unknown("threads", whyNot, needed)];

        var ofGroup = Tightest(view.Files.Root);
        var free = ofGroup is var (most, used, _) ? most - used : long.MaxValue;
        var shownGroup = ofGroup is { } group ? Text($"{free} free of {group.Most} in {group.Source}") : "no pids limit";
        var finding = Finding("threads", Verdict.Ok) with { Needed = needed, Found = $"{shownGroup}, ulimit -u {(ofUser.Value == long.MaxValue ? "unlimited" : Text($"{ofUser.Value}"))}" };
        if (free >= view.Needs.Threads && ofUser.Value >= view.Needs.Threads) return [finding];
        var isImpossible = ofGroup?.Most < view.Needs.Threads || ofUser.Value < view.Needs.Threads;
        return
        [
            finding with
            {
                Verdict = isImpossible ? Verdict.Error : Verdict.Warning,
                Detail = "A thread that can't be made ends the process. What this check runs in counts as in use.",
                Cure = [Text($"compose: pids_limit: {view.Needs.Threads * 4}"), Text($"systemd: TasksMax={view.Needs.Threads * 4}"), Text($"ulimit -u {view.Needs.Threads * 4}")],
            },
        ];
    }

    private static (long Most, long Used, string Source)? Tightest(string root)
    {
        (long Most, long Used, string Source)? tightest = null;
        foreach (var directory in CgroupPaths.Of(root, "pids"))
        {
            var file = Path.Combine(directory, "pids.max");
            if (CgroupPaths.Number(CgroupPaths.Line(root, file)) is not { } most) continue;
            var used = CgroupPaths.Number(CgroupPaths.Line(root, Path.Combine(directory, "pids.current"))) ?? 0;
            if (tightest is null || most - used < tightest.Value.Most - tightest.Value.Used) tightest = (most, used, file);
        }

        return tightest;
    }
}
