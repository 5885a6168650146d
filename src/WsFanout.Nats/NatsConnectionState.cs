namespace WsFanout.Nats;

public enum NatsConnectionState
{
    /// <summary>Not started, or disposed.</summary>
    Closed,

    /// <summary>Looking for a server, for as long as it takes.</summary>
    Connecting,

    /// <summary>A server has accepted us.</summary>
    Open,
}
