using System.Text.Json.Serialization;

namespace WsFanout.Nats;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(JSErrorResponse))]
[JsonSerializable(typeof(JSAccountInfo))]
[JsonSerializable(typeof(StreamInfo))]
[JsonSerializable(typeof(ConsumerInfo))]
[JsonSerializable(typeof(ConsumerCreateRequest))]
[JsonSerializable(typeof(MsgRequest))]
[JsonSerializable(typeof(StreamMsgGetRequest))]
[JsonSerializable(typeof(MsgGetResponse))]
[JsonSerializable(typeof(PubAckResponse))]
[JsonSerializable(typeof(PullRequest))]
[JsonSerializable(typeof(PurgeRequest))]
internal sealed partial class JSJson : JsonSerializerContext;
