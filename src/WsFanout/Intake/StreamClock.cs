namespace WsFanout.Intake;

/// <summary>Stream time between messages: the newest timestamp, and what has passed here since.</summary>
/// <remarks>The intake only.</remarks>
internal sealed class StreamClock(TimeProvider time)
{
    private long _newestMs;
    private long _seenAt = time.GetTimestamp();

    /// <summary>Now, by the stream's clock. Unix milliseconds; 0 before the first message.</summary>
    public long NowMs => _newestMs == 0 ? 0 : _newestMs + (long)time.GetElapsedTime(_seenAt).TotalMilliseconds;

    public void Saw(long timestampMs)
    {
        _newestMs = timestampMs;
        _seenAt = time.GetTimestamp();
    }
}
