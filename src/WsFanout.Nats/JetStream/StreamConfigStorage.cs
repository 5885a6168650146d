using System.Text.Json.Serialization;

namespace WsFanout.Nats;

[JsonConverter(typeof(JsonStringEnumConverter<StreamConfigStorage>))]
public enum StreamConfigStorage
{
    [JsonStringEnumMemberName("file")]
    File,

    [JsonStringEnumMemberName("memory")]
    Memory,
}
