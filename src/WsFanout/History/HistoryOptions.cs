namespace WsFanout.History;

/// <summary>Bounds of the shared replay window. Full: the oldest leave, and a resume from before them gets a gap.</summary>
internal sealed record HistoryOptions
{
    /// <summary>Newest messages held of each channel.</summary>
    public int MessagesPerChannel { get; init; } = 100;

    /// <summary>Age in stream time beyond which all but a channel's newest message leave.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of all held messages together: frame plus 128 each.</summary>
    public long MaxBytes { get; init; } = 64L << 20;

    /// <summary>Channels remembered. Full: the one longest without a message is forgotten.</summary>
    public int MaxChannels { get; init; } = 100_000;
}
