using WsFanout.Clients;

namespace WsFanout.Transport.Direct;

/// <summary>What a socket brings along from its handshake.</summary>
/// <param name="Join">What the endpoint wants to be done with it.</param>
/// <param name="Early">Bytes that the client sent right behind its handshake, before anything was answered.</param>
internal readonly record struct Arrival(JoinTerms Join, byte[] Early);
