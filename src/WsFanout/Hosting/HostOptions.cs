namespace WsFanout.Hosting;

/// <summary>Where the process listens, how it logs and how long it may take to leave.</summary>
internal sealed record HostOptions
{
    /// <summary>Address of the listener: <c>:3002</c>, <c>127.0.0.1:3002</c>, <c>[::1]:0</c>. Port 0 lets the system choose.</summary>
    public string Address { get; init; } = ":3002";

    /// <summary>Address of the listener for everything but clients and the page; null: the same listener.</summary>
    public string? AdminAddress { get; init; }

    /// <summary>Whether there is a console at <c>/</c>; <c>/client.js</c> is there in any case.</summary>
    public bool HasConsole { get; init; } = true;

    /// <summary>Address of the listener for publishing alone; null: where everything but clients is.</summary>
    public string? PublishAddress { get; init; }

    /// <summary>Bounds of HTTP/2 on that listener.</summary>
    public Http2Options Http2 { get; init; } = new();

    /// <summary>Origins whose pages may connect, to the byte. None, or <c>*</c>: any.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Whether clients that send no <c>Origin</c> are refused.</summary>
    public bool RequireOrigin { get; init; }

    /// <summary>Whether a client may send its token in the URL.</summary>
    public bool TakesQueryToken { get; init; }

    /// <summary>Certificate and key of the listener for clients; null: it speaks in clear.</summary>
    public Tls.TlsFiles? Tls { get; init; }

    /// <summary>Connections waiting to be accepted; the kernel cuts it to <c>somaxconn</c>.</summary>
    public int ListenBacklog { get; init; } = 4096;

    /// <summary>Time that the kernel waits for a client to acknowledge bytes before it gives the connection up; longer than the server's own patience.</summary>
    public TimeSpan UnacknowledgedTimeout { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>Time a connection has for its first request head.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time from SIGTERM to the end of the process.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Whether clients come on the direct way; else on the stream way.</summary>
    public bool IsDirect { get; init; } = OperatingSystem.IsLinux();

    /// <summary>Whether conformance suites find a WebSocket that echoes.</summary>
    public bool OffersTestEcho { get; init; }

    /// <summary>Whether tests may pause the intake by a request.</summary>
    public bool OffersTestPause { get; init; }

    public Microsoft.Extensions.Logging.LogLevel LogLevel { get; init; } = Microsoft.Extensions.Logging.LogLevel.Information;

    /// <summary>One JSON object a line; else text for people.</summary>
    public bool LogJson { get; init; } = true;
}
