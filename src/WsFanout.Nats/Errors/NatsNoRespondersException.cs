namespace WsFanout.Nats;

/// <summary>Nobody listens on the subject of a request: no stream takes it, or JetStream is off.</summary>
public sealed class NatsNoRespondersException(string message) : NatsException(message);
