namespace WsFanout.Nats;

/// <summary>Limits of an account; -1 is none.</summary>
public sealed record JSAccountLimits
{
    /// <summary>Bytes.</summary>
    public long MaxMemory { get; init; } = -1;

    /// <summary>Bytes.</summary>
    public long MaxStorage { get; init; } = -1;

    public int MaxStreams { get; init; } = -1;

    public int MaxConsumers { get; init; } = -1;
}
