using System.Text.Json.Serialization;

namespace WsFanout.Nats;

/// <summary>What makes a stream let go of a message.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StreamConfigRetention>))]
public enum StreamConfigRetention
{
    /// <summary>Only its limits: every reader finds every message.</summary>
    [JsonStringEnumMemberName("limits")]
    Limits,

    /// <summary>No consumer is interested any more.</summary>
    [JsonStringEnumMemberName("interest")]
    Interest,

    /// <summary>One consumer has acknowledged it.</summary>
    [JsonStringEnumMemberName("workqueue")]
    Workqueue,
}
