namespace WsFanout.Clients;

/// <summary>What a client did wrong of late. Most never do, so it stands apart from the client.</summary>
/// <remarks>The owning worker only.</remarks>
internal sealed class Offences(long ticksPerSecond)
{
    /// <summary>Window in which <see cref="MaxBadRequests"/> are too many. Seconds.</summary>
    private const int BadRequestWindowSeconds = 60;

    private const int MaxBadRequests = 50;

    private long _rateErrorAt = long.MinValue;

    // When the last bad requests came, in a circle; null while there has been none.
    private long[]? _badRequestsAt;
    private int _badRequests;

    /// <summary>Whether a <c>rate_limited</c> error may be sent: at most one a second.</summary>
    public bool MayHearOfRate(long now)
    {
        if (_rateErrorAt != long.MinValue && now - _rateErrorAt < ticksPerSecond) return false;
        _rateErrorAt = now;
        return true;
    }

    /// <summary>Counts a request that could not be understood.</summary>
    /// <returns>True when there have been too many within the window that ends now.</returns>
    public bool CountBadRequest(long now)
    {
        _badRequestsAt ??= new long[MaxBadRequests];
        _badRequestsAt[_badRequests++ % MaxBadRequests] = now;
        return _badRequests >= MaxBadRequests && now - _badRequestsAt[_badRequests % MaxBadRequests] <= BadRequestWindowSeconds * ticksPerSecond;
    }
}
