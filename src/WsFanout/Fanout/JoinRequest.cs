using WsFanout.Clients;
using WsFanout.Transport;

namespace WsFanout.Fanout;

/// <summary>A connection that has been upgraded and wants to be a client.</summary>
/// <param name="Subscribe">What its URL asked for, to be met right after <c>welcome</c>; or null.</param>
/// <param name="RequestedAt">When its handshake came in. Ticks of the monotonic clock.</param>
internal sealed record JoinRequest(StreamConnection Connection, ReadRequest? Subscribe, long RequestedAt);
