namespace WsFanout.Tools;

/// <summary>What the demo's feed publishes, where, how fast and how long.</summary>
internal sealed record FeedOptions
{
    public required Uri Server { get; init; }

    public string? Token { get; init; }

    /// <summary>Messages a second outside bursts.</summary>
    public double Rate { get; init; } = 12;

    /// <summary>How many symbols trade; each has a channel of its own.</summary>
    public int Symbols { get; init; } = 100;

    /// <summary>What follows the symbol in the name of a channel: <c>BTC.trade</c>.</summary>
    public string ChannelSuffix { get; init; } = "trade";

    /// <summary>Now and then one second at five times the rate.</summary>
    public bool Bursts { get; init; } = true;

    /// <summary>When to end; <see langword="null"/> means on Ctrl-C.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The same seed gives the same trades in the same order.</summary>
    public int Seed { get; init; } = 1;
}
