namespace WsFanout.Nats;

/// <summary>No connection is open, or the one that was used has ended. Nothing is known about what was on its way.</summary>
public sealed class NatsNotConnectedException(string message) : NatsException(message);
