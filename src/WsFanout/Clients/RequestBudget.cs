namespace WsFanout.Clients;

/// <summary>How many requests a client may still make: a token bucket that may run into debt by one burst, no further.</summary>
/// <remarks>The owning worker only.</remarks>
internal struct RequestBudget(int burst, long now)
{
    private double _tokens = burst;
    private long _filledAt = now;

    /// <summary>Charges one request.</summary>
    public RequestVerdict Charge(ClientShare share, long now)
    {
        var options = share.Options;
        if (options.RequestsPerSecond == 0) return RequestVerdict.Allowed;
        _tokens = Math.Min(options.RequestBurst, _tokens + ((now - _filledAt) * options.RequestsPerSecond / share.TicksPerSecond));
        _filledAt = now;
        _tokens--;
        if (_tokens >= 0) return RequestVerdict.Allowed;
        return _tokens < -options.RequestBurst ? RequestVerdict.FarAbove : RequestVerdict.Above;
    }
}
