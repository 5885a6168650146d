using System.Globalization;
using static WsFanout.Planning.SystemCheck.Machine.MachineView;

namespace WsFanout.Planning.SystemCheck.Machine;

/// <summary>Ports of connections that this machine makes itself, and what is left of them for a while after their end.</summary>
/// <remarks>Clients come to one port of the server, so their number has nothing to do with this range; whoever makes load here has.</remarks>
internal static class OutgoingPorts
{
    /// <summary>The server itself connects to its broker only, and now and then to a second one while it moves.</summary>
    private const int FewestPorts = 1024;

    private const string Range = "/proc/sys/net/ipv4/ip_local_port_range", Reserved = "/proc/sys/net/ipv4/ip_local_reserved_ports";

    public static IEnumerable<Finding> Look(MachineView view)
    {
        var range = view.Files.Numbers(Range, 2);
        yield return range.IsKnown ? Size(view, range.Value[0], range.Value[1]) : Unknown("port_range", range.WhyNot, Text($"{FewestPorts} ports"));
        if (range.IsKnown && view.Needs.Ports.Count > 0) yield return Overlap(view, range.Value[0], range.Value[1]);
        yield return TimeWait(view);
    }

    private static Finding Size(MachineView view, long first, long last)
    {
        var count = Math.Max(0, last - first + 1);
        var finding = Finding("port_range", Verdict.Ok) with
        {
            Needed = Text($"{FewestPorts} ports for connections of this machine's own"),
            Found = Text($"{count} ({first} to {last})"),
            Detail = count >= view.Needs.Clients
                ? "Only for what the server connects to, the brokers, and for a load generator on this machine; clients take none."
                : Text($"Enough for the server, whose clients take none. A load generator on this machine has {count} connections to it for each source address it uses, not the {view.Needs.Clients} of WS_MAX_CONNECTIONS."),
        };
        return count >= FewestPorts
            ? finding
            : finding with { Verdict = Verdict.Warning, Detail = "Connections to the broker may find no port.", Cure = Cures.Sysctl(view.Files, "net.ipv4.ip_local_port_range", "32768 60999", isOfNamespace: true) };
    }

    private static Finding Overlap(MachineView view, long first, long last)
    {
        var ports = view.Needs.Ports.Where(port => port >= first && port <= last).ToArray();
        var finding = Finding("listen_port", Verdict.Ok) with { Needed = "outside the range of outgoing connections, or reserved", Found = Listed(view.Needs.Ports) };
        if (ports.Length == 0) return finding;

        var reserved = view.Files.Text(Reserved);
        if (!reserved.IsKnown) return Unknown("listen_port", reserved.WhyNot, finding.Needed);
        var open = ports.Where(port => !Holds(reserved.Value, port)).ToArray();
        if (open.Length == 0) return finding with { Found = $"{Listed(ports)}, reserved" };
        var all = string.Join(',', new[] { reserved.Value.Trim() }.Where(text => text.Length > 0).Concat(open.Select(port => Text($"{port}"))));
        return finding with
        {
            Verdict = Verdict.Warning,
            Found = Text($"{Listed(open)}, inside {first} to {last}"),
            Detail = "An outgoing connection of any program may have the port just when the server starts, which then can't listen.",
            Cure = Cures.Sysctl(view.Files, "net.ipv4.ip_local_reserved_ports", all, isOfNamespace: true),
        };
    }

    private static Finding TimeWait(MachineView view)
    {
        var waiting = view.Files.Pair("/proc/net/sockstat", "TCP:", "tw");
        if (!waiting.IsKnown) return Unknown("time_wait", waiting.WhyNot);
        return Finding("time_wait", Verdict.Ok) with
        {
            Found = Text($"{waiting.Value} connections"),
            Detail = "They take no port of a server and little memory; tcp_tw_reuse and tcp_fin_timeout change nothing for it. Both matter where connections are made: on a load generator.",
        };
    }

    private static bool Holds(string list, int port) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Any(part =>
    {
        var ends = part.Split('-');
        return int.TryParse(ends[0], CultureInfo.InvariantCulture, out var first) && int.TryParse(ends[^1], CultureInfo.InvariantCulture, out var last) && port >= first && port <= last;
    });

    private static string Listed(IEnumerable<int> ports) => string.Join(", ", ports.Select(port => port.ToString(CultureInfo.InvariantCulture)));
}
