namespace WsFanout.Nats;

/// <summary>Any answer of the JetStream API, read for its error only.</summary>
internal sealed record JSErrorResponse(JSError? Error);
