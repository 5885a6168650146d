using WsFanout.Hosting.Settings.Grammars;

namespace WsFanout.Hosting.Settings.Catalogue;

/// <summary>Bounds of <c>POST /publish/{channel}</c> and of its own listener.</summary>
internal static class PublishSettings
{
    /// <summary>Bytes; what the standard begins with.</summary>
    public const long SmallestWindow = 65_535;

    private const long LargestWindow = int.MaxValue;

    public static readonly Setting<string> Token = new(
        "WS_PUBLISH_TOKEN",
        new TextGrammar("1 to 1024 printable ASCII characters without blanks", 1024, c => c is > ' ' and <= '~'), "",
        "Bearer token of publishers. Without one: only from loopback, and not through a proxy.")
    {
        IsSecret = true,
    };

    public static readonly Setting<ListenAddress> Address = new(
        "WS_PUBLISH_ADDR", new AddressGrammar(), AddressGrammar.None,
        "Listener of its own for publishing, in clear: HTTP/2 with prior knowledge, and HTTP/1.1. `/publish` is 404 everywhere else then. Empty: on the admin or main listener, HTTP/1.1.")
    {
        TakesEmpty = true,
    };

    public static readonly Setting<long> MaxBytes = new(
        "WS_PUBLISH_MAX_BYTES", new SizeGrammar(1024, 64L << 20), 1L << 20,
        "One payload, at most what the broker takes. Beyond: 413. Larger than `WS_SEND_QUEUE_BYTES` it fits only an empty send queue: a client that has not taken the one before meets its full queue.");

    public static readonly Setting<long> MaxPending = new(
        "WS_PUBLISH_MAX_PENDING", new CountGrammar(1, 1_000_000), 1024, "Messages waiting for the stream: a request each, or a line. Beyond: 503 with `Retry-After`.");

    public static readonly Setting<TimeSpan> Timeout = new(
        "WS_PUBLISH_TIMEOUT", new DurationGrammar(100, 300_000), TimeSpan.FromSeconds(5), "Time for the body, and then as much to the stream's answer. Beyond: 503.");

    public static readonly Setting<double> Rate = new(
        "WS_PUBLISH_RATE", new RateGrammar(0.1, 1e9) { Zero = "unlimited" }, 0, "Messages a second: a request each, or a line. Beyond, after the burst: 429.");

    public static readonly Setting<long> Burst = new(
        "WS_PUBLISH_BURST", new CountGrammar(1, 1_000_000_000) { Zero = "one second of the rate" }, 0, "Messages that may come at once.");

    public static readonly Setting<long> Http2MaxStreams = new(
        "WS_HTTP2_MAX_STREAMS", new CountGrammar(1, 1_000_000), 1000, "Requests at once on one HTTP/2 connection of that listener. One more is refused with REFUSED_STREAM.");

    public static readonly Setting<long> Http2MaxFrameSize = new(
        "WS_HTTP2_MAX_FRAME_SIZE", new SizeGrammar(16_384, 16_777_215), 1L << 20, "Largest HTTP/2 frame taken. A larger one ends its connection.");

    public static readonly Setting<TimeSpan> Http2KeepAliveInterval = new(
        "WS_HTTP2_KEEPALIVE_INTERVAL", new DurationGrammar(1_000, 3_600_000), TimeSpan.FromSeconds(30), "Silence after which an HTTP/2 connection is pinged.");

    public static readonly Setting<TimeSpan> Http2KeepAliveTimeout = new(
        "WS_HTTP2_KEEPALIVE_TIMEOUT", new DurationGrammar(1_000, 600_000), TimeSpan.FromSeconds(10), "Time for the answer to that ping, else the connection ends.");

    public static readonly Setting<long> Http2StreamWindow = new(
        "WS_HTTP2_STREAM_WINDOW", new SizeGrammar(SmallestWindow, LargestWindow) { Zero = "4 × frame" }, 0, "Bytes that one request may send before they are read.");

    public static readonly Setting<long> Http2ConnectionWindow = new(
        "WS_HTTP2_CONNECTION_WINDOW", new SizeGrammar(SmallestWindow, LargestWindow) { Zero = "16 × frame" }, 0, "Bytes that all requests of a connection may send before they are read.");

    public static IReadOnlyList<Setting> All { get; } =
    [
        Token, Address, MaxBytes, MaxPending, Timeout, Rate, Burst,
        Http2MaxStreams, Http2MaxFrameSize, Http2KeepAliveInterval, Http2KeepAliveTimeout, Http2StreamWindow, Http2ConnectionWindow,
    ];
}
