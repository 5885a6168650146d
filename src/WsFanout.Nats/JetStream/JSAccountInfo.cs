namespace WsFanout.Nats;

/// <summary>What the account uses of JetStream, and may use. A limit of -1 is none.</summary>
public sealed record JSAccountInfo
{
    /// <summary>Bytes.</summary>
    public long Memory { get; init; }

    /// <summary>Bytes.</summary>
    public long Storage { get; init; }

    public int Streams { get; init; }

    public int Consumers { get; init; }

    public string? Domain { get; init; }

    public JSAccountLimits Limits { get; init; } = new();
}
