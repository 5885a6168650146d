using System.Text.Json.Serialization;

namespace WsFanout.Nats;

/// <summary>Where a consumer starts.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConsumerConfigDeliverPolicy>))]
public enum ConsumerConfigDeliverPolicy
{
    [JsonStringEnumMemberName("all")]
    All,

    [JsonStringEnumMemberName("last")]
    Last,

    [JsonStringEnumMemberName("new")]
    New,

    /// <summary>At <see cref="ConsumerConfig.OptStartSeq"/>.</summary>
    [JsonStringEnumMemberName("by_start_sequence")]
    ByStartSequence,

    /// <summary>At <see cref="ConsumerConfig.OptStartTime"/>.</summary>
    [JsonStringEnumMemberName("by_start_time")]
    ByStartTime,

    [JsonStringEnumMemberName("last_per_subject")]
    LastPerSubject,
}
