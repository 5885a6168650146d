using WsFanout.Hosting.Settings.Grammars;

namespace WsFanout.Hosting.Settings.Catalogue;

/// <summary>Bounds of the replay window that all clients share.</summary>
internal static class HistorySettings
{
    public static readonly Setting<long> MessagesPerChannel = new(
        "WS_REPLAY_BUFFER_SIZE", new CountGrammar(1, 1_000_000), 100, "Newest messages held of each channel.");

    public static readonly Setting<TimeSpan> MaxAge = new(
        "WS_REPLAY_MAX_AGE", new DurationGrammar(1_000, 86_400_000), TimeSpan.FromSeconds(30), "Age, in the stream's time, beyond which all but a channel's newest message leave.");

    public static readonly Setting<long> MaxBytes = new(
        "WS_REPLAY_MAX_BYTES", new SizeGrammar(64L << 10, 64L << 30), 64L << 20, "All held messages together: frame + 128 bytes each. Not given, at most 15 % of `WS_MEMORY_LIMIT`.");

    public static readonly Setting<long> MaxChannels = new(
        "WS_MAX_CHANNELS_HELD", new CountGrammar(1, 10_000_000), 100_000, "Channels remembered; the one longest without a message is forgotten.");

    public static IReadOnlyList<Setting> All { get; } = [MessagesPerChannel, MaxAge, MaxBytes, MaxChannels];
}
