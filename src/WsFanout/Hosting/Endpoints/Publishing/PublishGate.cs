using WsFanout.Intake;
using WsFanout.Telemetry;

namespace WsFanout.Hosting.Endpoints.Publishing;

/// <summary>What every message that is published has to pass, whatever it came with: the bounds of size, rate, number and time.</summary>
/// <remarks>Any thread.</remarks>
internal sealed class PublishGate(ServerState state, PublishOptions options, int maxChannelLength, PublishMetrics metrics)
{
    private const long BeyondTheBound = 1L << 20;

    private readonly RequestRate _rate = new(options.RatePerSecond, options.Burst, state.Time);

    public PublishAccess Access { get; } = new(options.Token);

    public int MaxChannelLength => maxChannelLength;

    /// <summary>For a body to come, and then as much for the stream's answer.</summary>
    public TimeSpan Timeout => options.Timeout;

    public int MaxPending => options.MaxPending;

    /// <summary>Of a body that is refused so much is read before the answer; see <see cref="RequestBody.DiscardAsync"/>.</summary>
    public long DiscardedBytes => options.MaxBytes + BeyondTheBound;

    public PublishResult? OverRate() =>
        _rate.TryTake() ? null : PublishResult.Refused("rate_limited", $"more than {options.RatePerSecond} messages a second (WS_PUBLISH_RATE)");

    /// <summary>Takes a place among those who wait for the stream, to be given back by <see cref="PublishMetrics.End"/>.</summary>
    public PublishResult? OverPending()
    {
        if (!metrics.TryBegin(options.MaxPending)) return PublishResult.Refused("too_many_pending", $"{options.MaxPending} messages are waiting for the stream (WS_PUBLISH_MAX_PENDING)");

        // Asked behind the count: whoever did not see it is waited for.
        if (!state.IsClosing) return null;
        metrics.End();
        return PublishResult.Refused("unavailable", "the server is shutting down; it is not stored");
    }

    public PublishResult? TooLarge(long bytes)
    {
        if (bytes > options.MaxBytes) return PublishResult.Refused("too_large", $"the payload is larger than {options.MaxBytes} bytes (WS_PUBLISH_MAX_BYTES)");
        return bytes > state.Source.MaxPayload
            ? PublishResult.Refused("too_large", $"the payload is larger than the {state.Source.MaxPayload} bytes that the broker takes")
            : null;
    }

    public PublishResult? BodyTooLarge(long bytes) =>
        bytes > options.MaxBytes ? PublishResult.Refused("too_large", $"the lines together are larger than {options.MaxBytes} bytes (WS_PUBLISH_MAX_BYTES)") : null;
}
