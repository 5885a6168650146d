namespace WsFanout.Nats;

/// <summary>The server does not allow this user to publish or subscribe to the subject.</summary>
public sealed class NatsPermissionException(string message) : NatsException(message);
