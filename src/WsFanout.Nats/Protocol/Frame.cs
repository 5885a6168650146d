namespace WsFanout.Nats.Protocol;

/// <summary>One thing the server said. Its spans lie in the receive buffer and live until more is received.</summary>
internal readonly ref struct Frame
{
    public FrameKind Kind { get; init; }

    public long Sid { get; init; }

    public ReadOnlySpan<byte> Subject { get; init; }

    public ReadOnlySpan<byte> ReplyTo { get; init; }

    public ReadOnlySpan<byte> Headers { get; init; }

    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>The JSON of an INFO; the words of an -ERR without their quotes.</summary>
    public ReadOnlySpan<byte> Text { get; init; }
}
