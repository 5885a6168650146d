using WsFanout.Clients;
using WsFanout.Transport;

namespace WsFanout.Fanout;

/// <summary>A connection that has been upgraded and wants to be a client.</summary>
/// <param name="Subscribe">What its URL asked for, to be met right after <c>welcome</c>; or null.</param>
/// <param name="RequestedAt">When its handshake came in. Ticks of the monotonic clock.</param>
/// <param name="Echoes">Whether it is a test's: everything it says is sent back, and it is told nothing else.</param>
internal sealed record JoinRequest(StreamConnection Connection, ReadRequest? Subscribe, long RequestedAt, bool Echoes);
