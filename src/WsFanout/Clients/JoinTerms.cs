using WsFanout.Clients.Tokens;

namespace WsFanout.Clients;

/// <summary>With what a connection that has been upgraded becomes a client.</summary>
/// <param name="Subscribe">What its URL asked for, to be met right after <c>welcome</c>, or once it has shown a token; or null.</param>
/// <param name="RequestedAt">When its handshake came in. Ticks of the monotonic clock.</param>
/// <param name="Echoes">Whether it is a test's: everything it says is sent back, and it is told nothing else.</param>
/// <param name="Claims">Of the token in its handshake; null without one, or where none is needed.</param>
internal sealed record JoinTerms(ReadRequest? Subscribe, long RequestedAt, bool Echoes = false, TokenClaims? Claims = null);
