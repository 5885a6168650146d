namespace WsFanout.Intake;

/// <summary>Bounds of <c>POST /publish/{channel}</c>.</summary>
internal sealed record PublishOptions
{
    /// <summary>Without a token only loopback may publish.</summary>
    public string? Token { get; init; }

    /// <summary>Bytes of one payload. Beyond: 413.</summary>
    public int MaxBytes { get; init; } = 1 << 20;

    /// <summary>Requests waiting for the stream. Beyond: 503 with <c>Retry-After</c>.</summary>
    public int MaxPending { get; init; } = 1024;

    /// <summary>Time for the body, and then as much to the stream's answer. Beyond: 503.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Requests a second, 0 = unlimited. Beyond, after <see cref="Burst"/>: 429.</summary>
    public double RatePerSecond { get; init; }

    /// <summary>Requests that may come at once above the rate.</summary>
    public int Burst { get; init; }
}
