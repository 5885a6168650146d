using System.Text.Json.Serialization;

namespace WsFanout.Nats.Protocol;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ConnectRequest))]
[JsonSerializable(typeof(NatsServerInfo))]
internal sealed partial class WireJson : JsonSerializerContext;
