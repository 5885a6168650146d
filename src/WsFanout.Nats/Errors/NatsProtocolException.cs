namespace WsFanout.Nats;

/// <summary>The server sent what the protocol does not allow; the connection it came on is given up.</summary>
public sealed class NatsProtocolException(string message) : NatsException(message);
