using System.Text.Json;
using System.Text.Json.Serialization;

namespace WsFanout.Nats;

/// <summary>What a stream holds, and for how long. A limit of 0 or -1 is none.</summary>
public sealed record StreamConfig
{
    public string Name { get; init; } = "";

    public string? Description { get; init; }

    public IReadOnlyList<string>? Subjects { get; init; }

    public StreamConfigRetention Retention { get; init; }

    public StreamConfigStorage Storage { get; init; }

    public StreamConfigDiscard Discard { get; init; }

    public int MaxConsumers { get; init; } = -1;

    public long MaxMsgs { get; init; } = -1;

    public long MaxBytes { get; init; } = -1;

    public long MaxMsgsPerSubject { get; init; } = -1;

    public int MaxMsgSize { get; init; } = -1;

    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan MaxAge { get; init; }

    /// <summary>How long a message id is remembered. Zero: the server's choice, which is at most <see cref="MaxAge"/>.</summary>
    [JsonConverter(typeof(NanosecondsConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TimeSpan DuplicateWindow { get; init; }

    public int NumReplicas { get; init; } = 1;

    public bool AllowDirect { get; init; }

    /// <summary>What this client has no name for: kept, so that an update of a read configuration does not reset it.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Rest { get; set; }
}
