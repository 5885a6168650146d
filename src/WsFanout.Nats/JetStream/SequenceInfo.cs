namespace WsFanout.Nats;

/// <summary>A place in a consumer's deliveries and in its stream.</summary>
public sealed record SequenceInfo
{
    public long ConsumerSeq { get; init; }

    public long StreamSeq { get; init; }
}
