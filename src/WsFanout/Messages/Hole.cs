using System.Text;

namespace WsFanout.Messages;

/// <summary>Sequence numbers that the stream jumped over: nobody will ever be given what was stored there.</summary>
internal sealed class Hole : StreamEntry
{
    private Hole(byte[] bytes, int headerLength, long from, long to, long timestampMs)
        : base(bytes, headerLength, to, timestampMs)
    {
        From = from;
        To = to;
    }

    /// <summary>First missing sequence number.</summary>
    public long From { get; }

    /// <summary>Last missing sequence number.</summary>
    public long To { get; }

    /// <summary>A hole with its <c>gap</c> frame. It may concern any channel, so the frame names none.</summary>
    /// <param name="timestampMs">Of the last message before the hole; unix milliseconds.</param>
    public static Hole Between(long from, long to, long timestampMs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);

        var json = Encoding.UTF8.GetBytes($$"""{"type":"gap","from":{{from}},"to":{{to}},"reason":"upstream"}""");
        var frame = Text(json);
        return new Hole(frame.Bytes, frame.HeaderLength, from, to, timestampMs);
    }
}
