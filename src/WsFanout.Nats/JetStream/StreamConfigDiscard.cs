using System.Text.Json.Serialization;

namespace WsFanout.Nats;

/// <summary>What a full stream does.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StreamConfigDiscard>))]
public enum StreamConfigDiscard
{
    /// <summary>Drops the oldest message.</summary>
    [JsonStringEnumMemberName("old")]
    Old,

    /// <summary>Refuses the new message.</summary>
    [JsonStringEnumMemberName("new")]
    New,
}
