namespace WsFanout.Clients;

/// <summary>How many requests a client may still make: a token bucket that may run into debt by one burst, no further.</summary>
/// <remarks>The owning worker only.</remarks>
/// <param name="perSecond">0 is unlimited.</param>
internal struct RequestBudget(double perSecond, int burst, long ticksPerSecond, long now)
{
    private double _tokens = burst;
    private long _filledAt = now;

    /// <summary>Charges one request.</summary>
    public RequestVerdict Charge(long now)
    {
        if (perSecond == 0) return RequestVerdict.Allowed;
        _tokens = Math.Min(burst, _tokens + (now - _filledAt) * perSecond / ticksPerSecond);
        _filledAt = now;
        _tokens--;
        if (_tokens >= 0) return RequestVerdict.Allowed;
        return _tokens < -burst ? RequestVerdict.FarAbove : RequestVerdict.Above;
    }
}
