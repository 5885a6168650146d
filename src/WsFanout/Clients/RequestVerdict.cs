namespace WsFanout.Clients;

/// <summary>What a client's rate allows.</summary>
internal enum RequestVerdict
{
    /// <summary>Act on it.</summary>
    Allowed,

    /// <summary>Don't act on it; answer <c>rate_limited</c> at most once a second.</summary>
    Above,

    /// <summary>A whole burst above the rate: close with 4103.</summary>
    FarAbove,
}
