using WsFanout.Clients;
using WsFanout.Hosting.Settings.Grammars;

namespace WsFanout.Hosting.Settings.Catalogue;

/// <summary>What one client may ask for, what may wait for it, and when it counts as gone.</summary>
internal static class ClientSettings
{
    public static readonly Setting<TimeSpan> PingInterval = new(
        "WS_PING_INTERVAL", new DurationGrammar(100, 3_600_000), TimeSpan.FromSeconds(30), "Time between two pings to a client.");

    public static readonly Setting<TimeSpan> PongTimeout = new(
        "WS_PONG_TIMEOUT", new DurationGrammar(100, 600_000), TimeSpan.FromSeconds(10),
        "Time after a ping within which any frame must arrive, or, while it can't leave, anything must move. Beyond: close 4102.");

    public static readonly Setting<long> MaxMessageBytes = new(
        "WS_MAX_MESSAGE_BYTES", new SizeGrammar(256, 16L << 20), 16 * 1024, "One message from a client. Beyond: close 1009.");

    public static readonly Setting<long> MaxChannels = new(
        "WS_MAX_CHANNELS_PER_CLIENT", new CountGrammar(1, 100_000), 100, "Subscriptions of one client, patterns included. Beyond: an `error`.");

    public static readonly Setting<long> MaxPatterns = new(
        "WS_MAX_PATTERNS_PER_CLIENT", new CountGrammar(0, 10_000), 10, "Subscriptions of one client that are patterns. Beyond: an `error`.");

    public static readonly Setting<long> MaxChannelLength = new(
        "WS_MAX_CHANNEL_LENGTH", new CountGrammar(1, 1024), 256, "Bytes of a channel name. Beyond: an `error`; a stream's subject is skipped and counted.");

    public static readonly Setting<double> Rate = new(
        "WS_CLIENT_RATE", new RateGrammar(0.1, 1e6) { Zero = "unlimited" }, 10, "Requests a second of one client. Beyond, after the burst: an `error`, then close 4103.");

    public static readonly Setting<long> Burst = new(
        "WS_CLIENT_BURST", new CountGrammar(1, 1_000_000), 100, "Requests a client may make at once.");

    public static readonly Setting<long> SendQueueMessages = new(
        "WS_SEND_QUEUE_SIZE", new CountGrammar(1, 1_000_000), 256, "Messages that may wait for one client. Beyond: `WS_SLOW_CLIENT_POLICY`.");

    public static readonly Setting<long> SendQueueBytes = new(
        "WS_SEND_QUEUE_BYTES", new SizeGrammar(4096, 1L << 30), 128 * 1024, "Bytes that may wait for one client, answers included; an empty queue takes one frame of any size.");

    public static readonly Setting<TimeSpan> SendBurstTime = new(
        "WS_SEND_BURST_TIME", new DurationGrammar(1, 60_000) { Zero = "the queue's bounds always hold" }, TimeSpan.FromSeconds(2),
        "How far a client that reads may be behind in a burst: until its oldest waiting message was dealt so long ago, more may wait than its queue's bounds.");

    public static readonly Setting<long> SendBurstBytes = new(
        "WS_SEND_BURST_BYTES", new SizeGrammar(64L << 10, 64L << 30), 32L << 20,
        "Bytes of messages dealt within that time that may wait so, and as many for references to them, 32 each; each worker has its part. Beyond, the queue's bounds hold. Not given, at most half of `WS_REPLAY_MAX_BYTES`.");

    public static readonly Setting<SlowClientPolicy> SlowPolicy = new(
        "WS_SLOW_CLIENT_POLICY", new ChoiceGrammar<SlowClientPolicy>(("gap", SlowClientPolicy.Gap), ("disconnect", SlowClientPolicy.Disconnect)), SlowClientPolicy.Gap,
        "What meets a full queue: the oldest messages leave and a `gap` says so, or the client is closed with 4101. While a replay is unfinished always `gap`.");

    public static readonly Setting<TimeSpan> SlowTimeout = new(
        "WS_SLOW_CLIENT_TIMEOUT", new DurationGrammar(100, 600_000), TimeSpan.FromSeconds(10),
        "Time without a byte taken, while bytes wait, after which a client is closed with 4101.");

    public static readonly Setting<TimeSpan> FlushMaxDelay = new(
        "WS_FLUSH_MAX_DELAY", new DurationGrammar(1, 1_000) { Zero = "never wait" }, TimeSpan.FromMilliseconds(10),
        "Longest wait of a busy server for more messages before it sends what has come; one with time to spare never waits.");

    public static readonly Setting<TimeSpan> MaxConnectionAge = new(
        "WS_MAX_CONNECTION_AGE", new DurationGrammar(1_000, 2_592_000_000) { Zero = "none" }, TimeSpan.Zero,
        "Age, ± 10 %, at which a client is closed with 4201 and asked to come back, so that load spreads.");

    public static IReadOnlyList<Setting> All { get; } =
    [
        PingInterval, PongTimeout, MaxMessageBytes, MaxChannels, MaxPatterns, MaxChannelLength, Rate, Burst,
        SendQueueMessages, SendQueueBytes, SendBurstTime, SendBurstBytes, SlowPolicy, SlowTimeout, FlushMaxDelay, MaxConnectionAge,
    ];
}
