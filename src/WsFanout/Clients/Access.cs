using WsFanout.Clients.Tokens;

namespace WsFanout.Clients;

/// <summary>What one client may do, where a token is needed for it: nothing yet, or what its token says.</summary>
/// <remarks>The owning worker only. There is none where no token is needed.</remarks>
/// <param name="claims">Of the token that it showed with its handshake; null when it has shown none.</param>
/// <param name="waiting">What its URL asked for, to be met once it has shown a token.</param>
/// <param name="deadline">When it must have shown one. Ticks of the monotonic clock.</param>
internal sealed class Access(TokenClaims? claims, ReadRequest? waiting, long deadline)
{
    private ReadRequest? _waiting = waiting;

    /// <summary>Of the newest token that was taken; null while there is none.</summary>
    public TokenClaims? Claims { get; private set; } = claims;

    /// <summary>When it must have shown a token. Ticks of the monotonic clock.</summary>
    public long Deadline { get; } = deadline;

    /// <summary>Whether this client may read what a name means.</summary>
    public bool Allows(string name) => Claims is not null && (Claims.Channels?.Allows(name) ?? true);

    /// <summary>It has shown a good token, the first or a newer one.</summary>
    public void Show(TokenClaims claims) => Claims = claims;

    /// <summary>What its URL asked for; only the first time.</summary>
    public ReadRequest? TakeWaiting()
    {
        var waiting = _waiting;
        _waiting = null;
        return waiting;
    }
}
