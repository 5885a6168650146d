using System.Text.Json.Serialization;

namespace WsFanout.Nats;

/// <summary>Which messages have to be acknowledged.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConsumerConfigAckPolicy>))]
public enum ConsumerConfigAckPolicy
{
    [JsonStringEnumMemberName("none")]
    None,

    [JsonStringEnumMemberName("all")]
    All,

    [JsonStringEnumMemberName("explicit")]
    Explicit,
}
