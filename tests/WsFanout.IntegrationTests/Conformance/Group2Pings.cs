using static WsFanout.IntegrationTests.Support.ClientFrame;

namespace WsFanout.IntegrationTests.Conformance;

/// <summary>Pings and pongs.</summary>
internal static class Group2Pings
{
    public static IEnumerable<Vector> Vectors =>
    [
        Vector.Send("2.1 an empty ping", Ping("")).StaysOpen(Reply.Pong("")),
        Vector.Send("2.2 a ping with a text", Ping("Hello, world!")).StaysOpen(Reply.Pong("Hello, world!")),
        Vector.Send("2.3 a ping with bytes that are no text", Ping([0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff])).StaysOpen(Reply.Pong([0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff])),
        Vector.Send("2.4 a ping of 125 bytes", Ping(Noise(125))).StaysOpen(Reply.Pong(Noise(125))),
        Vector.Send("2.5 a ping of 126 bytes", Ping(Noise(126))).Closes(1002),
        Vector.Send("2.6 a ping of 125 bytes byte by byte", Ping(Noise(125))).StaysOpen(Reply.Pong(Noise(125))) with { Chop = Chopping.ByteByByte },
        Vector.Send("2.7 an empty pong that nobody asked for", Pong("")).StaysOpen(),
        Vector.Send("2.8 a pong with a text that nobody asked for", Pong("unasked")).StaysOpen(),
        Vector.Send("2.9 a pong that nobody asked for, then a ping", Pong("unasked"), Ping("asked")).StaysOpen(Reply.Pong("asked")),
        Vector.Send("2.10 ten pings", [.. Ten.Select(Ping)]).StaysOpen([.. Ten.Select(Reply.Pong)]),
        Vector.Send("2.11 ten pings byte by byte", [.. Ten.Select(Ping)]).StaysOpen([.. Ten.Select(Reply.Pong)]) with { Chop = Chopping.ByteByByte },
        Vector.Send("a pong of 125 bytes", Pong(new string('x', 125))).StaysOpen(),
        Vector.Send("a pong of 126 bytes", Pong(new string('x', 126))).Closes(1002),
        Vector.Send("pings between texts are answered in turn", Text("a"), Ping("1"), Text("b"), Ping("2")).StaysOpen(Reply.Text("a"), Reply.Pong("1"), Reply.Text("b"), Reply.Pong("2")),
        Vector.Send("a ping cut at every place", Ping("Hello")).StaysOpen(Reply.Times(11, Reply.Pong("Hello"))) with { Chop = Chopping.AtEveryPlace },
    ];

    private static IEnumerable<string> Ten => Enumerable.Range(0, 10).Select(number => $"payload-{number}");

    private static byte[] Noise(int count) => [.. Enumerable.Repeat((byte)0xfe, count)];
}
