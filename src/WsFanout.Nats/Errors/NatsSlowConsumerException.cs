namespace WsFanout.Nats;

/// <summary>More messages arrived on a subscription than its reader had room for. Those already queued can still be read; later ones are lost.</summary>
public sealed class NatsSlowConsumerException(string message) : NatsException(message);
