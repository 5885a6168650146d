namespace WsFanout.Governor.Entry;

/// <summary>So many a second, and so many at once.</summary>
/// <remarks>Any thread.</remarks>
internal sealed class TokenBucket(double perSecond, double burst, TimeProvider time)
{
    private readonly Lock _gate = new();

    // Guarded by _gate. Whatever is above the most that it may be counts as that.
    private double _tokens = double.PositiveInfinity;
    private long _filledAt = time.GetTimestamp();

    /// <param name="leaving">Tokens that must be left for others.</param>
    public bool TryTake(double leaving = 0)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(burst, _tokens + (time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
            _filledAt = now;
            if (_tokens < leaving + 1) return false;
            _tokens--;
            return true;
        }
    }

    /// <summary>Undoes a take that led to nothing.</summary>
    public void GiveBack()
    {
        lock (_gate) _tokens = Math.Min(burst, _tokens + 1);
    }
}
