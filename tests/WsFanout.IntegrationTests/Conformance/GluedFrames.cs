using WsFanout.IntegrationTests.Support;
using static WsFanout.IntegrationTests.Support.ClientFrame;

namespace WsFanout.IntegrationTests.Conformance;

/// <summary>Frames that come in one write with the handshake, before the server has answered it.</summary>
internal static class GluedFrames
{
    private static readonly string Long = new('x', 65536);

    private static readonly ClientFrame[] Many = [.. Enumerable.Range(0, 200).Select(number => Text($"message {number}"))];

    public static IEnumerable<Vector> Vectors => new[]
    {
        Vector.Send("a text behind the handshake", Text("Hello")).StaysOpen(Reply.Text("Hello")),
        Vector.Send("a ping behind the handshake", Ping("Hello")).StaysOpen(Reply.Pong("Hello")),
        Vector.Send("200 texts behind the handshake", Many).StaysOpen([.. Many.Select(frame => Reply.Text(frame.Payload))]),
        Vector.Send("a text of 65536 bytes behind the handshake", Text(Long)).StaysOpen(Reply.Text(Long)),
        Vector.Send("half of 200 texts behind the handshake, the rest later", Many).StaysOpen([.. Many.Select(frame => Reply.Text(frame.Payload))])
            with { Chop = frames => Chopping.Whole(frames).Single().Chunk(1717) },
        Vector.Send("half a frame behind the handshake, the rest later", Text("Hello")).StaysOpen(Reply.Text("Hello")) with { Chop = frames => frames[0].Chunk(8) },
        Vector.Send("one byte behind the handshake, the rest later", Text("Hello")).StaysOpen(Reply.Text("Hello")) with { Chop = frames => [frames[0][..1], frames[0][1..]] },
        Vector.Send("half a header behind the handshake, the rest byte by byte", Text(Long[..300])).StaysOpen(Reply.Text(Long[..300]))
            with { Chop = frames => [frames[0][..3], .. frames[0][3..].Chunk(1)] },
        Vector.Send("a fragment behind the handshake, the last one later", Begin("Hel"), End("lo")).StaysOpen(Reply.Text("Hello")) with { Chop = Chopping.FrameByFrame },
        Vector.Send("a close behind the handshake", Close(1000)).Closes(1000),
        Vector.Send("a text and a close behind the handshake", Text("Hello"), Close(1001), Text("late")).Closes(1001, Reply.Text("Hello")),
        Vector.Send("a frame that is not masked behind the handshake", Text("Hello") with { IsMasked = false }).Closes(1002),
        Vector.Send("invalid UTF-8 behind the handshake", Text([0xff])).Closes(1007),
        Vector.Send("another handshake behind the handshake", new ClientFrame('G' & 0xf, "T /ws HTTP/1.1\r\n"u8.ToArray()) { Flags = 'G' >> 4, DeclaredLength = 'E', IsMasked = false }).Closes(1002),
    }.Select(vector => vector with { IsGlued = true });
}
