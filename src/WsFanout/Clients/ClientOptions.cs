namespace WsFanout.Clients;

/// <summary>What one client may ask for and what may wait for it.</summary>
internal sealed record ClientOptions
{
    /// <summary>Bytes of one message from a client. Beyond: close 1009.</summary>
    public int MaxMessageBytes { get; init; } = 16 * 1024;

    /// <summary>Subscriptions of one client, patterns included. Beyond: <c>too_many_channels</c>.</summary>
    public int MaxChannels { get; init; } = 100;

    /// <summary>Subscriptions of one client that are patterns. Beyond: <c>too_many_channels</c>.</summary>
    public int MaxPatterns { get; init; } = 10;

    /// <summary>Bytes of a channel name or pattern. Beyond: <c>invalid_channel</c>.</summary>
    public int MaxChannelLength { get; init; } = 256;

    /// <summary>Requests a second of one client, 0 = unlimited; beyond, after <see cref="RequestBurst"/>: <c>rate_limited</c>.</summary>
    public double RequestsPerSecond { get; init; } = 10;

    /// <summary>Requests a client may make at once. A whole further burst above it: close 4103.</summary>
    public int RequestBurst { get; init; } = 100;

    /// <summary>Messages that may wait for one client. Beyond: <see cref="SlowClientPolicy"/>.</summary>
    public int SendQueueMessages { get; init; } = 256;

    /// <summary>Bytes that may wait for one client, answers included. An empty queue takes one frame of any size.</summary>
    public long SendQueueBytes { get; init; } = 128 * 1024;

    /// <summary>How old the oldest message of a full queue may be, since it was dealt, for more to wait beyond the bounds; zero: none ever does.</summary>
    public TimeSpan SendBurstTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Bytes of messages dealt since then by one worker, and as many again for references to them, <see cref="Overdraft.BytesPerMessage"/> each.
    /// Beyond: <see cref="SlowClientPolicy"/>.
    /// </summary>
    public long SendBurstBytes { get; init; } = 16L << 20;

    /// <summary>What happens to a client whose queue is full.</summary>
    public SlowClientPolicy SlowClientPolicy { get; init; } = SlowClientPolicy.Gap;

    /// <summary>Time without a byte taken, while bytes wait, after which a client is closed with 4101.</summary>
    public TimeSpan SlowClientTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between two pings to a client.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time after a ping within which any frame must arrive. Beyond: close 4102.</summary>
    public TimeSpan PongTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time from its welcome after which a client is closed with 4201, up to a tenth more or less; zero: never.</summary>
    public TimeSpan MaxConnectionAge { get; init; }

    /// <summary>Time a client has to show its token, where one is needed. Beyond: close 4500.</summary>
    public TimeSpan AuthDeadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Seconds of history told in <c>welcome</c>; a third of it bounds the time between two <c>position</c> frames.</summary>
    public TimeSpan ReplayMaxAge { get; init; } = TimeSpan.FromSeconds(30);
}
