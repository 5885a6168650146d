using System.Text.Json.Serialization;

namespace WsFanout.Nats;

/// <summary>What a pull consumer delivers, and from where.</summary>
public sealed record ConsumerConfig
{
    /// <summary>Letters, digits, <c>_</c> and <c>-</c>: it becomes part of subjects.</summary>
    public string Name { get; init; } = "";

    public ConsumerConfigDeliverPolicy DeliverPolicy { get; init; }

    /// <summary>Only with <see cref="ConsumerConfigDeliverPolicy.ByStartSequence"/>; the server refuses both starts.</summary>
    public long? OptStartSeq { get; init; }

    /// <summary>Only with <see cref="ConsumerConfigDeliverPolicy.ByStartTime"/>.</summary>
    public DateTimeOffset? OptStartTime { get; init; }

    public ConsumerConfigAckPolicy AckPolicy { get; init; }

    public ConsumerConfigReplayPolicy ReplayPolicy { get; init; }

    public string? FilterSubject { get; init; }

    /// <summary>Without a pull for this long, the server deletes it. Zero: the server's choice.</summary>
    [JsonConverter(typeof(NanosecondsConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TimeSpan InactiveThreshold { get; init; }

    /// <summary>Zero: as many as the stream.</summary>
    public int NumReplicas { get; init; }

    public bool MemStorage { get; init; }
}
