using System.Text.Json.Serialization;

namespace WsFanout.Nats;

/// <summary>How fast stored messages are delivered.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConsumerConfigReplayPolicy>))]
public enum ConsumerConfigReplayPolicy
{
    [JsonStringEnumMemberName("instant")]
    Instant,

    /// <summary>At the pace they were stored.</summary>
    [JsonStringEnumMemberName("original")]
    Original,
}
