using System.Text;

namespace WsFanout.Messages;

/// <summary>From here on the stream is another one: sequence numbers start over and nothing before can be resumed.</summary>
internal sealed class Reset : StreamEntry
{
    private Reset(byte[] bytes, int headerLength, string epoch, long sequence, long timestampMs, int generation)
        : base(bytes, headerLength, sequence, timestampMs)
    {
        Epoch = epoch;
        Generation = generation;
    }

    public string Epoch { get; }

    /// <summary>Which of the streams that this process has followed it is: one that was rolled back comes with its old epoch.</summary>
    public int Generation { get; }

    /// <summary>The start of a stream with its <c>reset</c> frame.</summary>
    /// <param name="epoch">Hex digits, so it needs no escaping.</param>
    /// <param name="sequence">The position from which messages follow.</param>
    /// <param name="timestampMs">Of that position; unix milliseconds.</param>
    /// <param name="generation">Of the History that was begun for it.</param>
    public static Reset To(string epoch, long sequence, long timestampMs, int generation)
    {
        var json = Encoding.UTF8.GetBytes($$"""{"type":"reset","epoch":"{{epoch}}","seq":{{sequence}},"ts":{{timestampMs}}}""");
        var frame = Text(json);
        return new Reset(frame.Bytes, frame.HeaderLength, epoch, sequence, timestampMs, generation);
    }
}
