namespace WsFanout.Hosting.Endpoints.Publishing;

/// <summary>A token bucket that all publish requests share.</summary>
/// <remarks>Any thread.</remarks>
/// <param name="perSecond">0 is unlimited.</param>
internal sealed class RequestRate(double perSecond, int burst, TimeProvider time)
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private double _tokens = burst;
    private long _filledAt = time.GetTimestamp();

    public bool TryTake()
    {
        if (perSecond <= 0) return true;
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(burst, _tokens + (time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
            _filledAt = now;
            if (_tokens < 1) return false;
            _tokens--;
            return true;
        }
    }
}
