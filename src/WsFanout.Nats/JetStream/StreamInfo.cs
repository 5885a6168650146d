namespace WsFanout.Nats;

/// <summary>A stream as JetStream reports it.</summary>
public sealed record StreamInfo
{
    public StreamConfig Config { get; init; } = new();

    /// <summary>The server's text, untouched: it is compared and hashed, never computed with.</summary>
    public string Created { get; init; } = "";

    public StreamState State { get; init; } = new();
}
