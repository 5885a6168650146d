namespace WsFanout.Nats;

/// <summary>A consumer as JetStream reports it.</summary>
public sealed record ConsumerInfo
{
    public string StreamName { get; init; } = "";

    public string Name { get; init; } = "";

    public ConsumerConfig Config { get; init; } = new();

    /// <summary>The broker's time when it was made, as printed by it.</summary>
    public string Created { get; init; } = "";

    /// <summary>Last delivered. Right after creation its stream sequence + 1 is where delivery starts.</summary>
    public SequenceInfo Delivered { get; init; } = new();

    public SequenceInfo AckFloor { get; init; } = new();

    public long NumPending { get; init; }

    /// <summary>Pulls the server still holds.</summary>
    public int NumWaiting { get; init; }
}
