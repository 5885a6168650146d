namespace WsFanout.Fanout;

/// <summary>
/// How long a worker waits for more messages before it deals what has come: not at all while it has time to spare, and the longer the busier it is.
/// A send costs nearly the same for one message as for ten, so waiting a little is what makes a busy worker less busy.
/// </summary>
/// <remarks>The worker's thread only.</remarks>
internal sealed class FlushWindow(TimeSpan longest, TimeProvider time)
{
    /// <summary>Part of its time that a worker may spend on dealing before it waits at all, and from which on it waits longest.</summary>
    private const double IdleShare = 0.5;

    private const double BusyShare = 0.7;

    /// <summary>Time over which the share is seen.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMilliseconds(100);

    private readonly long _longest = (long)(longest.TotalSeconds * time.TimestampFrequency);
    private readonly double _memory = Memory.TotalSeconds * time.TimestampFrequency;

    private double _busyShare;
    private long _endedAt = time.GetTimestamp();

    /// <summary>Before this nothing is dealt. Ticks.</summary>
    public long OpensAt { get; private set; }

    /// <summary>A batch has been dealt.</summary>
    /// <param name="startedAt">Ticks.</param>
    public void Dealt(long startedAt, long endedAt)
    {
        var passed = endedAt - _endedAt;
        if (_longest == 0 || passed <= 0) return;

        var weight = Math.Min(1, passed / _memory);
        _busyShare += weight * (((endedAt - startedAt) / (double)passed) - _busyShare);
        _endedAt = endedAt;
        OpensAt = endedAt + (long)(_longest * Math.Clamp((_busyShare - IdleShare) / (BusyShare - IdleShare), 0, 1));
    }
}
