using static WsFanout.IntegrationTests.Support.ClientFrame;

namespace WsFanout.IntegrationTests.Conformance;

/// <summary>Reserved bits belong to extensions, and none is ever agreed on.</summary>
internal static class Group3ReservedBits
{
    private const int Final = 8;

    public static IEnumerable<Vector> Vectors =>
    [
        Vector.Send("3.1 a text with bit 3", Text("Hello") with { Flags = Final | 1 }).Closes(1002),
        Vector.Send("3.2 a text, one with bit 2, a ping", Text("Hello"), Text("Hello") with { Flags = Final | 2 }, Ping("")).Closes(1002, Reply.Text("Hello")),
        Vector.Send("3.3 a text, one with bits 2 and 3, a ping, frame by frame", Text("Hello"), Text("Hello") with { Flags = Final | 3 }, Ping("")).Closes(1002, Reply.Text("Hello"))
            with { Chop = Chopping.FrameByFrame },
        Vector.Send("3.4 a text, one with bit 1, a ping, byte by byte", Text("Hello"), Text("Hello") with { Flags = Final | 4 }, Ping("")).Closes(1002, Reply.Text("Hello"))
            with { Chop = Chopping.ByteByByte },
        Vector.Send("3.5 a binary with bits 1 and 3", Binary([1, 2, 3]) with { Flags = Final | 5 }).Closes(1002),
        Vector.Send("3.6 a ping with bits 1 and 2", Ping("Hello") with { Flags = Final | 6 }).Closes(1002),
        Vector.Send("3.7 a close with all three", Close(1000) with { Flags = Final | 7 }).Closes(1002),
        Vector.Send("a pong with bit 1", Pong("") with { Flags = Final | 4 }).Closes(1002),
        Vector.Send("a first fragment with bit 1", Begin("Hel") with { Flags = 4 }, End("lo")).Closes(1002),
        Vector.Send("a last fragment with bit 1", Begin("Hel"), End("lo") with { Flags = Final | 4 }).Closes(1002),
        Vector.Send("a text with bit 1 though compression was offered", Text([0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]) with { Flags = Final | 4 }).Closes(1002)
            with { Headers = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" },
        Vector.Send("a text without it though compression was offered", Text("Hello")).StaysOpen(Reply.Text("Hello"))
            with { Headers = "Sec-WebSocket-Extensions: permessage-deflate, x-webkit-deflate-frame\r\n" },
    ];
}
