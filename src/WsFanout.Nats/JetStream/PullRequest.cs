using System.Text.Json.Serialization;

namespace WsFanout.Nats;

/// <summary>How much a consumer may deliver, and for how long.</summary>
public sealed record PullRequest
{
    /// <summary>Messages.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Zero: none, the request ends when it is filled.</summary>
    [JsonConverter(typeof(NanosecondsConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TimeSpan Expires { get; init; }

    /// <summary>Silence after which the server shows it is alive; at most half of <see cref="Expires"/>. Zero: none.</summary>
    [JsonConverter(typeof(NanosecondsConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TimeSpan IdleHeartbeat { get; init; }

    /// <summary>Answers with 404 at once when nothing is there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NoWait { get; init; }
}
