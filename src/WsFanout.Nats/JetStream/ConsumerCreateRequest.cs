namespace WsFanout.Nats;

/// <summary>Body of <c>CONSUMER.CREATE</c>.</summary>
internal sealed record ConsumerCreateRequest(string StreamName, ConsumerConfig Config);
