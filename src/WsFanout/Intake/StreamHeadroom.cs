using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>How long the stream will still hold what has not been read: by its age limit, and by its limits of messages and bytes at the rate it grows now.</summary>
/// <remarks>The watch writes with each look, the intake when it attaches; anyone reads.</remarks>
/// <param name="waiting">Messages behind the cursor that have come and wait here, as in a pause: the stream may drop them, they are not lost.</param>
internal sealed class StreamHeadroom(string streamName, StreamLedger ledger, Func<int> waiting, TimeProvider time)
{
    private volatile Sight? _sight;
    private volatile bool _isGone;

    /// <summary>Whether the stream was gone at the last look, or another one than is being read.</summary>
    public bool IsStreamGone => _isGone;

    /// <summary>The last message that the stream had dropped at the last look, and when that was; null before the first.</summary>
    public (long Sequence, long SeenAt)? DroppedTo => _sight is { } sight ? (sight.FirstSequence - 1, sight.At) : null;

    /// <summary>The last message that the stream had been given at the last look, stored still or not, and when that was; null before the first.</summary>
    public (long Sequence, long SeenAt)? ReachedTo => _sight is { } sight ? (sight.LastSequence, sight.At) : null;

    /// <summary>Whether everything that the stream had at the last look has come.</summary>
    public bool HasAll => _sight is not { } sight || sight.LastSequence <= Held;

    /// <summary>Messages of the stream above the cursor, as of the last look.</summary>
    public long Lag => _sight is { } sight ? Math.Max(0, sight.LastSequence - ledger.Position.Sequence) : 0;

    /// <summary>Messages that the stream has dropped unread, as of the last look: a gap will tell of them once the intake goes on.</summary>
    public long Lost => _sight is { } sight ? Math.Max(0, sight.FirstSequence - 1 - Held) : 0;

    /// <summary>Seconds until the stream drops a message that has not been read; infinite when it never does.</summary>
    public double Seconds => _sight is { } sight ? Math.Max(0, Math.Min(ByAge(sight), BySize(sight))) : double.PositiveInfinity;

    /// <summary>The last sequence number that has come.</summary>
    private long Held => ledger.Position.Sequence + waiting();

    /// <summary>What was seen before may have been another stream.</summary>
    public void Forget()
    {
        _sight = null;
        _isGone = false;
    }

    /// <summary>A look found no stream.</summary>
    public void SawNone() => _isGone = true;

    /// <summary>Takes a look at the stream into account.</summary>
    public void Saw(StreamInfo stream)
    {
        // Its numbers mean nothing here, unless it is the one that is read.
        if (StreamEpoch.Of(streamName, stream.Created) != ledger.Position.Epoch)
        {
            _isGone = ledger.Position.Epoch.Length > 0;
            return;
        }

        _isGone = false;
        var (state, config) = (stream.State, stream.Config);
        var now = time.GetTimestamp();
        var before = _sight;
        var grewBy = before is null || state.LastSeq < before.LastSequence ? 0 : state.LastSeq - before.LastSequence;
        var seconds = before is null ? 0 : time.GetElapsedTime(before.At, now).TotalSeconds;
        var caughtUp = state.LastSeq <= ledger.Position.Sequence;
        var isNew = before is null || state.LastSeq != before.LastSequence;
        _sight = new Sight(
            At: now,
            FirstSequence: state.FirstSeq,
            LastSequence: state.LastSeq,
            LastTimestampMs: state.LastTime?.ToUnixTimeMilliseconds(),
            LastSeenAt: isNew ? now : before!.LastSeenAt,
            MaxAge: config.MaxAge,
            MessagesToTheLimit: ToTheLimit(state, config),
            MessagesPerSecond: seconds > 0 ? grewBy / seconds : 0,
            CaughtUpAt: caughtUp ? now : before?.CaughtUpAt);
    }

    private double ByAge(Sight sight)
    {
        if (sight.MaxAge == TimeSpan.Zero) return double.PositiveInfinity;
        if (HasAll) return sight.MaxAge.TotalSeconds;

        // The oldest unread one is at most as old as the last one read, and came after everything had been read last. By the stream's own
        // timestamps: the clock of this machine may be wrong, and may be put right at any moment.
        var readUntilMs = ledger.Position.TimestampMs;
        var oldest = TimeSpan.FromMilliseconds((sight.LastTimestampMs ?? readUntilMs) - readUntilMs) + time.GetElapsedTime(sight.LastSeenAt);
        if (sight.CaughtUpAt is { } caughtUpAt && time.GetElapsedTime(caughtUpAt) is var since && since < oldest) oldest = since;
        return (sight.MaxAge - oldest).TotalSeconds;
    }

    private double BySize(Sight sight)
    {
        if (sight.MessagesPerSecond <= 0 || double.IsInfinity(sight.MessagesToTheLimit)) return double.PositiveInfinity;
        var unreadFrom = Math.Max(sight.FirstSequence, Held + 1);
        return ((sight.MessagesToTheLimit + (unreadFrom - sight.FirstSequence)) / sight.MessagesPerSecond) - time.GetElapsedTime(sight.At).TotalSeconds;
    }

    /// <summary>Messages that still fit before the stream drops its oldest.</summary>
    private static double ToTheLimit(StreamState state, StreamConfig config)
    {
        var byMessages = config.MaxMsgs > 0 ? config.MaxMsgs - state.Messages : double.PositiveInfinity;
        var byBytes = config.MaxBytes > 0 && state.Messages > 0 ? (config.MaxBytes - state.Bytes) / (state.Bytes / (double)state.Messages) : double.PositiveInfinity;
        return Math.Max(0, Math.Min(byMessages, byBytes));
    }

    private sealed record Sight(
        long At, long FirstSequence, long LastSequence, long? LastTimestampMs, long LastSeenAt, TimeSpan MaxAge, double MessagesToTheLimit, double MessagesPerSecond, long? CaughtUpAt);
}
