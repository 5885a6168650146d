namespace WsFanout.Nats;

/// <summary>Headers and payload together exceed the server's <c>max_payload</c>. Found before anything was sent.</summary>
public sealed class NatsPayloadTooLargeException(string message) : NatsException(message);
