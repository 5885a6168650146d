using System.Text.Json.Serialization;

namespace WsFanout.Messages;

/// <summary>Writes a channel name as JSON, without reflection.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class NameJson : JsonSerializerContext;
