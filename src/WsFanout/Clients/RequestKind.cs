namespace WsFanout.Clients;

/// <summary>What a client asks for.</summary>
internal enum RequestKind
{
    Subscribe,
    Unsubscribe,
    Replay,
    Heartbeat,
    Auth,
}
