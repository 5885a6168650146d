namespace WsFanout.Fanout;

/// <summary>
/// How long a worker may still make all its clients wait for one whose queue is full: a tenth of its time, saved up to two seconds. Spent,
/// a full queue means the policy at once: a client that reads just enough to be waited for must not slow the others for long.
/// </summary>
/// <remarks>The worker's thread only.</remarks>
internal sealed class HoldBudget
{
    private const int EarnOneIn = 10;

    private static readonly TimeSpan Most = TimeSpan.FromSeconds(2);

    private readonly long _most;
    private readonly long _ticksPerSecond;
    private long _left;
    private long _countedAt;
    private long _held;

    public HoldBudget(TimeProvider time)
    {
        _ticksPerSecond = time.TimestampFrequency;
        _left = _most = (long)(Most.TotalSeconds * time.TimestampFrequency);
        _countedAt = time.GetTimestamp();
    }

    /// <summary>Whether everybody waits right now.</summary>
    public bool IsHolding { get; private set; }

    /// <summary>How long everybody has waited, up to the last time that this was asked or ended.</summary>
    public TimeSpan Held => TimeSpan.FromSeconds((double)_held / _ticksPerSecond);

    /// <summary>Starts holding, or goes on.</summary>
    /// <param name="now">Ticks.</param>
    /// <returns>False when the budget is spent.</returns>
    public bool TryHold(long now)
    {
        Count(now);
        IsHolding = _left > 0;
        return IsHolding;
    }

    /// <summary>The entry that was held has been dealt.</summary>
    public void Release(long now)
    {
        Count(now);
        IsHolding = false;
    }

    private void Count(long now)
    {
        var passed = now - _countedAt;
        _countedAt = now;
        if (IsHolding) _held += passed;

        // What was held for longer than there was is owed: a hold begins as soon as something has been earned, and ends only when the worker looks again.
        _left = Math.Min(_left + (passed / EarnOneIn) - (IsHolding ? passed : 0), _most);
    }
}
