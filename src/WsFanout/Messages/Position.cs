namespace WsFanout.Messages;

/// <summary>A place in a stream that every server of that stream understands.</summary>
/// <param name="Epoch">Names the stream; compared for equality only. Empty before the first attach.</param>
/// <param name="Sequence">Everything up to here has been seen.</param>
/// <param name="TimestampMs">When the stream stored that message. Unix milliseconds.</param>
internal readonly record struct Position(string Epoch, long Sequence, long TimestampMs)
{
    /// <summary>Before any stream was attached.</summary>
    public static readonly Position None = new("", 0, 0);
}
