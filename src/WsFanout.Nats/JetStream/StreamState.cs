using System.Globalization;
using System.Text.Json.Serialization;

namespace WsFanout.Nats;

/// <summary>What a stream holds right now. Empty: <see cref="FirstSeq"/> is <see cref="LastSeq"/> + 1, or both 0 when it was never written to.</summary>
public sealed record StreamState
{
    public long Messages { get; init; }

    public long Bytes { get; init; }

    public long FirstSeq { get; init; }

    /// <summary>As printed by the server; year 1 or 1970 for an empty stream.</summary>
    public string? FirstTs { get; init; }

    public long LastSeq { get; init; }

    /// <inheritdoc cref="FirstTs"/>
    public string? LastTs { get; init; }

    public long NumDeleted { get; init; }

    public int ConsumerCount { get; init; }

    /// <summary>Null when there is no first message.</summary>
    [JsonIgnore]
    public DateTimeOffset? FirstTime => Parse(FirstTs);

    /// <summary>Null when there never was a message.</summary>
    [JsonIgnore]
    public DateTimeOffset? LastTime => Parse(LastTs);

    private static DateTimeOffset? Parse(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time.UtcDateTime.Year > 1970 ? time : null;
}
