using static WsFanout.Planning.SystemCheck.Machine.MachineView;

namespace WsFanout.Planning.SystemCheck.Machine;

/// <summary>The firewall's table of connections (<c>nf_conntrack</c>): when it is full, new ones are dropped without a word to anybody.</summary>
internal static class ConnectionTracking
{
    private const string Most = "/proc/sys/net/netfilter/nf_conntrack_max", Count = "/proc/sys/net/netfilter/nf_conntrack_count";

    public static IEnumerable<Finding> Look(MachineView view)
    {
        var needed = Text($"{view.Needs.Clients} entries free");
        if (!view.Files.Has(Most) && view.Files.Has("/proc/sys/net"))
        {
            yield return view.Files.IsContainer
                ? Unknown("conntrack", "this container tracks no connections itself, and what its host tracks is not shown here", needed)
                : Finding("conntrack", Verdict.Skipped) with { Detail = "The module nf_conntrack is not loaded: no table can be full." };
            yield break;
        }

        var (most, count) = (view.Files.Number(Most), view.Files.Number(Count));
        if (!most.IsKnown || !count.IsKnown)
        {
            yield return Unknown("conntrack", most.WhyNot ?? count.WhyNot, needed);
            yield break;
        }

        // 0 is no limit.
        var isEnough = most.Value == 0 || most.Value - count.Value >= view.Needs.Clients;
        var finding = Finding("conntrack", Verdict.Ok) with { Needed = needed, Found = Text($"{Math.Max(0, most.Value - count.Value)} free, {count.Value} of {most.Value} in use") };
        const string lingering = "One that was closed keeps its entry for two minutes more.";
        if (isEnough)
        {
            yield return finding with { Detail = view.Files.IsContainer ? $"{lingering} The host has a table of its own, which is not shown here." : lingering };
            yield break;
        }

        yield return finding with
        {
            Verdict = most.Value < view.Needs.Clients ? Verdict.Error : Verdict.Warning,
            Detail = $"Beyond the limit new connections are dropped ('nf_conntrack: table full'). {lingering} Clients of a server that runs here are among those in use.",
            Cure = Cures.Sysctl(view.Files, "net.netfilter.nf_conntrack_max", Text($"{2 * (count.Value + view.Needs.Clients)}"), isOfNamespace: false),
        };
    }
}
