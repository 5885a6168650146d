namespace WsFanout.IntegrationTests.Conformance;

/// <summary>How the bytes of frames are given to the socket, write by write. What arrives in one read is up to the kernel.</summary>
internal static class Chopping
{
    public static IEnumerable<byte[]> Whole(IReadOnlyList<byte[]> frames) => [[.. frames.SelectMany(frame => frame)]];

    public static IEnumerable<byte[]> FrameByFrame(IReadOnlyList<byte[]> frames) => frames;

    public static IEnumerable<byte[]> ByteByByte(IReadOnlyList<byte[]> frames) => Whole(frames).Single().Chunk(1);

    public static IEnumerable<byte[]> InPiecesOf997(IReadOnlyList<byte[]> frames) => Whole(frames).Single().Chunk(997);

    /// <summary>Everything is sent as often as it has bytes, each time cut at another place.</summary>
    public static IEnumerable<byte[]> AtEveryPlace(IReadOnlyList<byte[]> frames)
    {
        var all = Whole(frames).Single();
        return Enumerable.Range(0, all.Length).SelectMany(cut => new[] { all[..cut], all[cut..] }).Where(piece => piece.Length > 0);
    }
}
