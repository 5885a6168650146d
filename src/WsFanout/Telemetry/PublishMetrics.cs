using System.Diagnostics.Metrics;

namespace WsFanout.Telemetry;

/// <summary>Requests to publish.</summary>
internal sealed class PublishMetrics
{
    /// <summary>How a publish request can end.</summary>
    public static readonly IReadOnlyList<string> Outcomes =
        ["stored", "bad_request", "too_large", "unauthorized", "forbidden", "rate_limited", "too_many_pending", "timeout", "unknown", "unavailable", "aborted"];

    private static readonly string[] Protocols = ["http/1.1"];

    private readonly Counter<long> _requests;
    private readonly Counter<long> _bytes;
    private readonly Histogram<double> _seconds;

    // Any request's thread, by Interlocked.
    private int _pending;

    public PublishMetrics(Meters meters)
    {
        var meter = meters.Server;
        _requests = meter.CreateCounter<long>("publish_requests_total", "{request}", "Publish requests, by outcome.");
        _bytes = meter.CreateCounter<long>("publish_bytes_total", "By", "Payload bytes stored.");
        _seconds = meter.CreateHistogram(
            "publish_seconds", "s", "Request to stored.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Buckets.Latency });
        meter.CreateObservableGauge("publish_pending", () => Volatile.Read(ref _pending), "{request}", "Publish requests waiting for the stream.");
        meters.AddZero(() =>
        {
            foreach (var protocol in Protocols)
            {
                foreach (var outcome in Outcomes) Count(protocol, outcome, 0);
            }
        });
    }

    /// <summary>Requests waiting for the stream.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <summary>Takes a place among the waiting ones unless all are taken.</summary>
    public bool TryBegin(int maxPending)
    {
        if (Interlocked.Increment(ref _pending) <= maxPending) return true;
        Interlocked.Decrement(ref _pending);
        return false;
    }

    public void End() => Interlocked.Decrement(ref _pending);

    public void Answered(string protocol, string outcome) => Count(protocol, outcome, 1);

    public void Stored(int bytes, double seconds)
    {
        _bytes.Add(bytes);
        _seconds.Record(seconds);
    }

    private void Count(string protocol, string outcome, long times) => _requests.Add(
        times, new KeyValuePair<string, object?>("protocol", protocol), new KeyValuePair<string, object?>("outcome", outcome));
}
