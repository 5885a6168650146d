using WsFanout.IntegrationTests.Support;
using static WsFanout.IntegrationTests.Support.ClientFrame;

namespace WsFanout.IntegrationTests.Conformance;

/// <summary>Messages of several frames, and what may stand between them.</summary>
internal static class Group5Fragments
{
    private static readonly ClientFrame[] InTwo = [Begin("frag1"), End("frag2")];
    private static readonly ClientFrame[] InTwoWithPing = [Begin("frag1"), Ping("between"), End("frag2")];
    private static readonly ClientFrame[] InFiveWithPings = [Begin("1"), More("2"), Ping("first"), More("3"), More("4"), Ping("second"), End("5")];

    public static IEnumerable<Vector> Vectors =>
    [
        Vector.Send("5.1 a ping in 2 fragments", Ping("frag1") with { Flags = 0 }, End("frag2")).Closes(1002),
        Vector.Send("5.2 a pong in 2 fragments", Pong("frag1") with { Flags = 0 }, End("frag2")).Closes(1002),
        Vector.Send("5.3 a text in 2 fragments", InTwo).StaysOpen(Reply.Text("frag1frag2")),
        Vector.Send("5.4 a text in 2 fragments, frame by frame", InTwo).StaysOpen(Reply.Text("frag1frag2")) with { Chop = Chopping.FrameByFrame },
        Vector.Send("5.5 a text in 2 fragments, byte by byte", InTwo).StaysOpen(Reply.Text("frag1frag2")) with { Chop = Chopping.ByteByByte },
        Vector.Send("5.6 a text in 2 fragments with a ping between", InTwoWithPing).StaysOpen(Reply.Pong("between"), Reply.Text("frag1frag2")),
        Vector.Send("5.7 a text in 2 fragments with a ping between, frame by frame", InTwoWithPing).StaysOpen(Reply.Pong("between"), Reply.Text("frag1frag2")) with { Chop = Chopping.FrameByFrame },
        Vector.Send("5.8 a text in 2 fragments with a ping between, byte by byte", InTwoWithPing).StaysOpen(Reply.Pong("between"), Reply.Text("frag1frag2")) with { Chop = Chopping.ByteByByte },
        .. Lonely(End("alone"), 9, "a last fragment of nothing, then a text"),
        .. Lonely(More("alone"), 12, "a middle fragment of nothing, then a text"),
        Vector.Send("5.15 a text in 2 fragments, then a middle fragment of nothing, then a text", [.. InTwo, More("alone"), Text("Hello")]).Closes(1002, Reply.Text("frag1frag2")),
        Vector.Send("5.16 twice a middle fragment of nothing, then a text in 2", More("alone"), Begin("a"), End("b"), More("alone"), Begin("a"), End("b")).Closes(1002),
        Vector.Send("5.17 twice a last fragment of nothing, then a text in 2", End("alone"), Begin("a"), End("b"), End("alone"), Begin("a"), End("b")).Closes(1002),
        Vector.Send("5.18 a text whose second fragment says text again", Begin("frag1"), Text("frag2")).Closes(1002),
        Vector.Send("5.19 a text in 5 fragments with 2 pings between", InFiveWithPings).StaysOpen(Reply.Pong("first"), Reply.Pong("second"), Reply.Text("12345")),
        Vector.Send("5.20 a text in 5 fragments with 2 pings between, frame by frame", InFiveWithPings).StaysOpen(Reply.Pong("first"), Reply.Pong("second"), Reply.Text("12345"))
            with { Chop = Chopping.FrameByFrame },
        Vector.Send("a text in 5 fragments with 2 pings between, cut at every place", InFiveWithPings)
            .StaysOpen(Reply.Times(InFiveWithPings.Sum(frame => frame.ToBytes().Length), Reply.Pong("first"), Reply.Pong("second"), Reply.Text("12345")))
            with { Chop = Chopping.AtEveryPlace },
        Vector.Send("a binary in 2 fragments", Binary([1, 0xff]) with { Flags = 0 }, End([2])).StaysOpen(Reply.Binary([1, 0xff, 2])),
        Vector.Send("a binary begun inside of a text", Begin("frag1"), Binary([1]) with { Flags = 0 }, End([2])).Closes(1002),
        Vector.Send("empty fragments", Begin(""), More(""), More("x"), More(""), End("")).StaysOpen(Reply.Text("x")),
        Vector.Send("nothing but empty fragments", Begin(""), More(""), End("")).StaysOpen(Reply.Text("")),
        Vector.Send("a pong between two fragments", Begin("a"), Pong("unasked"), End("b")).StaysOpen(Reply.Text("ab")),
        Vector.Send("a ping of 126 bytes between two fragments", Begin("a"), Ping(new string('x', 126)), End("b")).Closes(1002),
        Vector.Send("a text behind one in fragments", [.. InTwo, Text("Hello"), .. InTwo]).StaysOpen(Reply.Text("frag1frag2"), Reply.Text("Hello"), Reply.Text("frag1frag2")),
    ];

    private static IEnumerable<Vector> Lonely(ClientFrame lonely, int number, string name) =>
    [
        Vector.Send($"5.{number} {name}", lonely, Text("Hello")).Closes(1002),
        Vector.Send($"5.{number + 1} {name}, frame by frame", lonely, Text("Hello")).Closes(1002) with { Chop = Chopping.FrameByFrame },
        Vector.Send($"5.{number + 2} {name}, byte by byte", lonely, Text("Hello")).Closes(1002) with { Chop = Chopping.ByteByByte },
    ];
}
