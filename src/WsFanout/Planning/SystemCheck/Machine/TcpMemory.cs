using WsFanout.Transport;
using static WsFanout.Planning.SystemCheck.Machine.MachineView;

namespace WsFanout.Planning.SystemCheck.Machine;

/// <summary>Memory that the kernel grants all TCP sockets of the machine together (<c>tcp_mem</c>, in pages).</summary>
internal static class TcpMemory
{
    /// <summary>The kernel doubles what a send buffer is set to.</summary>
    private const int KernelFactor = 2;

    public static IEnumerable<Finding> Look(MachineView view)
    {
        // A socket that is in use has a page at least.
        var pages = view.Needs.Clients;
        var needed = Text($"{pages} pages ({Megabytes(pages * view.PageBytes)}: one for each client)");
        var marks = view.Files.Numbers("/proc/sys/net/ipv4/tcp_mem", 3);
        var used = view.Files.Pair("/proc/net/sockstat", "TCP:", "mem");
        if (!marks.IsKnown || !used.IsKnown)
        {
            yield return Unknown("tcp_mem", marks.WhyNot ?? used.WhyNot, needed);
            yield break;
        }

        var (pressure, most, others) = (marks.Value[1], marks.Value[2], used.Value);
        var finding = Finding("tcp_mem", Verdict.Ok) with
        {
            Needed = needed,
            Found = Text($"pressure from {pressure} pages, at most {most} ({Megabytes(most * view.PageBytes)}); {others} in use"),
        };
        if (pages + others <= pressure)
        {
            var stalled = (pressure - pages - others) * view.PageBytes / (ListenSocketOptions.SendBufferBytes * KernelFactor);
            yield return finding with { Detail = Text($"There is room for {stalled} clients that stop reading with full send buffers, {ListenSocketOptions.SendBufferBytes * KernelFactor >> 10} KB each, before the kernel makes buffers smaller.") };
            yield break;
        }

        yield return finding with
        {
            Verdict = pages + others > most ? Verdict.Error : Verdict.Warning,
            Detail = pages + others > most
                ? "The kernel refuses memory to sockets: connections stall or are cut ('TCP: out of memory')."
                : "The kernel makes every socket's buffers smaller, those of other programs too.",
            Cure = Cures.Sysctl(view.Files, "net.ipv4.tcp_mem", Text($"{(pages + others) * 3 / 2} {(pages + others) * 2} {(pages + others) * 3}"), isOfNamespace: false),
        };
    }
}
