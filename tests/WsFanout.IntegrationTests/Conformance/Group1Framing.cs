using static WsFanout.IntegrationTests.Support.ClientFrame;

namespace WsFanout.IntegrationTests.Conformance;

/// <summary>Messages of one frame: every form of the length, and masks.</summary>
internal static class Group1Framing
{
    private static readonly int[] Sizes = [0, 125, 126, 127, 128, 65535, 65536];

    public static IEnumerable<Vector> Vectors =>
    [
        .. Sizes.Select((size, index) => Vector.Send($"1.1.{index + 1} text of {size} bytes", Text(Letters(size))).StaysOpen(Reply.Text(Letters(size)))),
        Vector.Send("1.1.8 text of 65536 bytes in pieces of 997", Text(Letters(65536))).StaysOpen(Reply.Text(Letters(65536))) with { Chop = Chopping.InPiecesOf997 },
        .. Sizes.Select((size, index) => Vector.Send($"1.2.{index + 1} binary of {size} bytes", Binary(Bytes(size))).StaysOpen(Reply.Binary(Bytes(size)))),
        Vector.Send("1.2.8 binary of 65536 bytes in pieces of 997", Binary(Bytes(65536))).StaysOpen(Reply.Binary(Bytes(65536))) with { Chop = Chopping.InPiecesOf997 },
        Vector.Send("text of 128 bytes byte by byte", Text(Letters(128))).StaysOpen(Reply.Text(Letters(128))) with { Chop = Chopping.ByteByByte },
        Vector.Send("binary of 65536 bytes whose header comes byte by byte", Binary(Bytes(65536))).StaysOpen(Reply.Binary(Bytes(65536)))
            with { Chop = frames => [.. frames[0][..20].Chunk(1), frames[0][20..]] },
        Vector.Send("texts and binaries in one write", Text("a"), Binary([1]), Text(""), Binary([]), Text("b"))
            .StaysOpen(Reply.Text("a"), Reply.Binary([1]), Reply.Text(""), Reply.Binary([]), Reply.Text("b")),
        Vector.Send("a text of 300 bytes behind a text of 5 cut at every place", Text("Hello"), Text(Letters(300)))
            .StaysOpen(Reply.Times(11 + 308, Reply.Text("Hello"), Reply.Text(Letters(300))))
            with { Chop = Chopping.AtEveryPlace },
        Vector.Send("a mask of zeros", Text("in the clear") with { Mask = [0, 0, 0, 0] }).StaysOpen(Reply.Text("in the clear")),
        Vector.Send("a mask of ones", Binary(Bytes(1000)) with { Mask = [255, 255, 255, 255] }).StaysOpen(Reply.Binary(Bytes(1000))),
        Vector.Send("the mask is each frame's own", Text("one") with { Mask = [1, 2, 3, 4] }, Begin("tw") with { Mask = [5, 6, 7, 8] }, End("o") with { Mask = [9, 10, 11, 12] })
            .StaysOpen(Reply.Text("one"), Reply.Text("two")),
        Vector.Send("a text that is not masked", Text("Hello") with { IsMasked = false }).Closes(1002),
        Vector.Send("an empty text that is not masked, then a ping", Text("") with { IsMasked = false }, Ping("late")).Closes(1002),
        Vector.Send("a ping that is not masked", Ping("Hello") with { IsMasked = false }).Closes(1002),
        Vector.Send("a text that is not masked behind one that is", Text("Hello"), Text("again") with { IsMasked = false }).Closes(1002, Reply.Text("Hello")),
    ];

    private static byte[] Letters(int count) => [.. Enumerable.Range(0, count).Select(place => (byte)('a' + place % 26))];

    private static byte[] Bytes(int count) => [.. Enumerable.Range(0, count).Select(place => (byte)(place * 7))];
}
