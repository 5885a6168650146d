namespace WsFanout.Clients;

/// <summary>With what a connection that has been upgraded becomes a client.</summary>
/// <param name="Subscribe">What its URL asked for, to be met right after <c>welcome</c>; or null.</param>
/// <param name="RequestedAt">When its handshake came in. Ticks of the monotonic clock.</param>
internal sealed record JoinTerms(ReadRequest? Subscribe, long RequestedAt);
