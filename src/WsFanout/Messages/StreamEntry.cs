namespace WsFanout.Messages;

/// <summary>Something that happened in the stream, in its order: a message, a hole, or the start of another stream.</summary>
internal abstract class StreamEntry : Frame
{
    protected StreamEntry(byte[] bytes, int headerLength, long sequence, long timestampMs)
        : base(bytes, headerLength)
    {
        Sequence = sequence;
        TimestampMs = timestampMs;
    }

    /// <summary>The stream's sequence number up to which this entry takes a reader.</summary>
    public long Sequence { get; }

    /// <summary>When the stream stored it. Unix milliseconds; of a hole, that of the message before it.</summary>
    public long TimestampMs { get; }
}
