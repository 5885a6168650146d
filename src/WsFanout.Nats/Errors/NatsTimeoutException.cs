namespace WsFanout.Nats;

/// <summary>No answer came in time. A request may have been carried out all the same.</summary>
public sealed class NatsTimeoutException(string message) : NatsException(message);
