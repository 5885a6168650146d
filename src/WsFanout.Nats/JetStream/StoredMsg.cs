namespace WsFanout.Nats;

/// <summary>A message as a stream stores it.</summary>
public sealed record StoredMsg
{
    /// <summary>Whose copy it is: a mirror may answer for the stream that it mirrors.</summary>
    public string Stream { get; init; } = "";

    public string Subject { get; init; } = "";

    public long Seq { get; init; }

    /// <summary>As printed by the server: RFC 3339, up to nine digits of a second, trailing zeros left out.</summary>
    public string Time { get; init; } = "";

    /// <summary>Nanoseconds since 1970, UTC, exact.</summary>
    public long TimestampNanos { get; init; }

    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>From <c>NATS/1.0</c> to the blank line; empty without headers.</summary>
    public ReadOnlyMemory<byte> HeaderBlock { get; init; }
}
