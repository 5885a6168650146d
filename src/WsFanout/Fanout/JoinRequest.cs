using WsFanout.Clients;
using WsFanout.Transport;

namespace WsFanout.Fanout;

/// <summary>A connection of the stream way that has been upgraded and wants to be a client.</summary>
internal sealed record JoinRequest(StreamConnection Connection, JoinTerms Terms);
