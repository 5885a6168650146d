namespace WsFanout.Hosting;

/// <summary>Bounds of one HTTP/2 connection of the listener for publishing.</summary>
internal sealed record Http2Options
{
    /// <summary>Requests at once on one connection. One more is refused, and may be sent again.</summary>
    public int MaxStreams { get; init; } = 1000;

    /// <summary>Bytes of the largest frame taken; a larger one ends its connection.</summary>
    public int MaxFrameBytes { get; init; } = 1 << 20;

    /// <summary>Silence of a connection after which it is pinged.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time for the answer to that ping, else the connection ends.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes that one request may send before they are read.</summary>
    public int StreamWindowBytes { get; init; } = 4 << 20;

    /// <summary>Bytes that all requests of one connection may send before they are read.</summary>
    public int ConnectionWindowBytes { get; init; } = 16 << 20;
}
