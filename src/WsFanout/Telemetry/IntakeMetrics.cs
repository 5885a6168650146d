using System.Diagnostics.Metrics;

namespace WsFanout.Telemetry;

/// <summary>What comes in from the stream, and what did not.</summary>
internal sealed class IntakeMetrics
{
    /// <summary>Why sequence numbers are missing: found while attaching, between two messages, dropped by the stream with nothing behind them, or because the stream is another one.</summary>
    public static readonly IReadOnlyList<string> HoleReasons = ["attach", "delivery", "dropped", "reset"];

    /// <summary>Why a message of the stream is not served.</summary>
    public static readonly IReadOnlyList<string> SkipReasons = ["subject", "prefix", "channel"];

    private readonly Meters _meters;
    private readonly Counter<long> _holes;
    private readonly Counter<long> _missing;
    private readonly Counter<long> _skipped;
    private readonly Counter<long> _recreated;
    private readonly Counter<long> _duplicates;

    // The intake only; the scrape reads.
    private long _received;
    private long _refilled;
    private double _refillSeconds;

    public IntakeMetrics(Meters meters)
    {
        _meters = meters;
        _holes = meters.CreateCounter("stream_holes_total", "{hole}", "Ranges of sequence numbers that the stream jumped over.", "reason", HoleReasons);
        _missing = meters.Server.CreateCounter<long>("stream_missing_messages_total", "{message}", "Sequence numbers in those ranges.");
        _skipped = meters.CreateCounter("stream_skipped_total", "{message}", "Messages of the stream that are not served.", "reason", SkipReasons);
        _recreated = meters.Server.CreateCounter<long>("stream_consumers_created_total", "{consumer}", "Consumers created on the stream.");
        _duplicates = meters.Server.CreateCounter<long>("stream_duplicates_total", "{message}", "Messages at or below the position, ignored.");
        meters.Server.CreateObservableCounter("nats_messages_received_total", () => Volatile.Read(ref _received), "{message}", "Messages taken from the stream as they came.");
        meters.Server.CreateObservableGauge("history_refilled_messages", () => Volatile.Read(ref _refilled), "{message}", "Messages that the replay window was filled with from the stream, the last time that it was.");
        meters.Server.CreateObservableGauge("history_refill_seconds", () => Volatile.Read(ref _refillSeconds), "s", "Time that this took.");
    }

    /// <summary>Reads the connection's and the stream's state at each scrape.</summary>
    public void Observe(Func<bool> connected, Func<long> reconnects, Func<long> lag, Func<double> headroomSeconds, Func<long> lost, Func<double> pausedSeconds)
    {
        var meter = _meters.Server;
        meter.CreateObservableGauge("nats_connected", () => connected() ? 1 : 0, "1", "1 while connected; 1 with the built-in source.");
        meter.CreateObservableCounter("nats_reconnects_total", reconnects, "{connection}", "Connections made after the first.");
        meter.CreateObservableGauge("stream_lag_messages", lag, "{message}", "Messages in the stream that the intake has not read.");
        meter.CreateObservableGauge("stream_headroom_seconds", headroomSeconds, "s", "Time until the stream drops a message that the intake has not read.");
        meter.CreateObservableGauge("stream_lost_messages", lost, "{message}", "Messages that the stream has dropped unread and that a gap will tell of.");
        meter.CreateObservableCounter("intake_paused_seconds_total", pausedSeconds, "s", "Time the intake has asked for nothing because of overload.");
    }

    /// <summary>Reads at each scrape whether messages flow: connected is not attached, when the stream is gone or not permitted.</summary>
    public void ObserveAttached(Func<bool> attached) =>
        _meters.Server.CreateObservableGauge("stream_attached", () => attached() ? 1 : 0, "1", "1 while the stream is being read; 1 with the built-in source.");

    public void MessageTaken() => Volatile.Write(ref _received, _received + 1);

    public void Refilled(long messages, TimeSpan took)
    {
        Volatile.Write(ref _refilled, messages);
        Volatile.Write(ref _refillSeconds, took.TotalSeconds);
    }

    public void HoleFound(string reason, long missing)
    {
        _holes.Add(1, new KeyValuePair<string, object?>("reason", reason));
        _missing.Add(missing);
    }

    public void MessageSkipped(string reason) => _skipped.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void ConsumerCreated() => _recreated.Add(1);

    public void DuplicateIgnored() => _duplicates.Add(1);
}
