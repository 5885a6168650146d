using WsFanout.IntegrationTests.Support;
using static WsFanout.IntegrationTests.Support.ClientFrame;

namespace WsFanout.IntegrationTests.Conformance;

/// <summary>Messages that a client cuts into many fragments by itself.</summary>
internal static class Group10ManyFragments
{
    private static readonly byte[] Payload = [.. Enumerable.Repeat((byte)'*', 65536)];

    public static IEnumerable<Vector> Vectors =>
    [
        Vector.Send("10.1.1 a text of 65536 bytes in fragments of 1300", InFragments(Text([]))).StaysOpen(Reply.Text(Payload)),
        Vector.Send("a text of 65536 bytes in fragments of 1300, frame by frame", InFragments(Text([]))).StaysOpen(Reply.Text(Payload)) with { Chop = Chopping.FrameByFrame },
        Vector.Send("a binary of 65536 bytes in fragments of 1300 in pieces of 997", InFragments(Binary([]))).StaysOpen(Reply.Binary(Payload)) with { Chop = Chopping.InPiecesOf997 },
    ];

    private static ClientFrame[] InFragments(ClientFrame first)
    {
        var parts = Payload.Chunk(1300).ToList();
        return [.. parts.Select((part, index) => (index == 0 ? first : End([])) with { Payload = part, Flags = index == parts.Count - 1 ? 8 : 0 })];
    }
}
