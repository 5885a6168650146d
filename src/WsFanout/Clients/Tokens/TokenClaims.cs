namespace WsFanout.Clients.Tokens;

/// <summary>What a token says, after its signature and its claims were found good.</summary>
/// <param name="Subject">Whose token it is; null when it doesn't say.</param>
/// <param name="ExpiresAt">Unix seconds.</param>
/// <param name="Channels">What its client may read; null: everything.</param>
internal sealed record TokenClaims(string? Subject, long ExpiresAt, ChannelGrant? Channels);
