using static WsFanout.Planning.SystemCheck.Machine.MachineView;

namespace WsFanout.Planning.SystemCheck.Machine;

/// <summary>Where connections wait before the server accepts them: the finished ones (<c>somaxconn</c>) and the half-open ones (SYN backlog).</summary>
internal static class ListenQueues
{
    private const string SoMaxConn = "net.core.somaxconn", SynBacklog = "net.ipv4.tcp_max_syn_backlog";

    public static IEnumerable<Finding> Look(MachineView view) => [Finished(view), HalfOpen(view)];

    private static Finding Finished(MachineView view)
    {
        var needed = view.Needs.Backlog;
        var longest = view.Files.Number("/proc/sys/net/core/somaxconn");
        if (!longest.IsKnown) return Unknown("somaxconn", longest.WhyNot, Text($"{needed} (WS_LISTEN_BACKLOG)"));
        var kept = Math.Min(needed, longest.Value);
        var finding = Finding("somaxconn", Verdict.Ok) with { Needed = Text($"{needed} (WS_LISTEN_BACKLOG)"), Found = Text($"{longest.Value}") };
        if (longest.Value < needed)
        {
            return finding with
            {
                Verdict = Verdict.Warning,
                Detail = Text($"The kernel cuts the backlog to {longest.Value}; a crowd beyond it is dropped and comes again after a second or more."),
                Cure = Cures.Sysctl(view.Files, SoMaxConn, Text($"{needed}"), isOfNamespace: true),
            };
        }

        return kept >= view.Needs.ConnectsPerSecond
            ? finding
            : finding with
            {
                Verdict = Verdict.Warning,
                Detail = Text($"The backlog holds less than one second of the {view.Needs.ConnectsPerSecond:0} connects a second that are let in."),
                Cure = [Text($"WS_LISTEN_BACKLOG={Math.Ceiling(view.Needs.ConnectsPerSecond):0}, and {SoMaxConn} as much")],
            };
    }

    /// <remarks>
    /// With SYN cookies the kernel bounds half-open connections by the listener's backlog and answers with cookies beyond it; only without them
    /// it keeps the last quarter of <c>tcp_max_syn_backlog</c> for addresses that it knows.
    /// </remarks>
    private static Finding HalfOpen(MachineView view)
    {
        var needed = Text($"{view.Needs.ConnectsPerSecond:0} half-open (connects of a second)");
        var (backlog, cookies) = (view.Files.Number("/proc/sys/net/ipv4/tcp_max_syn_backlog"), view.Files.Number("/proc/sys/net/ipv4/tcp_syncookies"));
        if (!backlog.IsKnown || !cookies.IsKnown) return Unknown("syn_backlog", backlog.WhyNot ?? cookies.WhyNot, needed);
        var finding = Finding("syn_backlog", Verdict.Ok) with { Needed = needed, Found = Text($"{backlog.Value}, SYN cookies {(cookies.Value == 0 ? "off" : "on")}") };
        if (cookies.Value > 0) return finding with { Detail = "With SYN cookies a full queue drops nobody: the listen backlog is what counts." };
        if (backlog.Value * 3 / 4 >= view.Needs.ConnectsPerSecond) return finding;
        return finding with
        {
            Verdict = Verdict.Warning,
            Detail = "Without SYN cookies, connections of unknown addresses are dropped when three quarters of it are taken.",
            Cure =
            [
                .. Cures.Sysctl(view.Files, SynBacklog, Text($"{Math.Ceiling(view.Needs.ConnectsPerSecond * 4 / 3):0}"), isOfNamespace: true),
                .. Cures.Sysctl(view.Files, "net.ipv4.tcp_syncookies", "1", isOfNamespace: true),
            ],
        };
    }
}
