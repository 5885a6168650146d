using System.Diagnostics.Metrics;

namespace WsFanout.Telemetry;

/// <summary>Requests to publish, and the connections they come on.</summary>
/// <remarks>Any thread: thousands of requests a second count here, so they count in memory and the scrape reads.</remarks>
internal sealed class PublishMetrics
{
    public const string Http1 = "http/1.1";
    public const string Http2 = "http/2";

    /// <summary>How a publish request can end; one of several lines, each line.</summary>
    public static readonly IReadOnlyList<string> Outcomes =
        ["stored", "bad_request", "too_large", "unauthorized", "forbidden", "rate_limited", "too_many_pending", "timeout", "unknown", "unavailable", "aborted"];

    private static readonly string[] Protocols = [Http1, Http2];

    private readonly SharedHistogram _seconds;
    private readonly SharedHistogram[] _stages;

    // By Interlocked. By protocol, and the first by outcome too.
    private readonly long[,] _requests = new long[Protocols.Length, Outcomes.Count];
    private readonly long[] _opened = new long[Protocols.Length];
    private readonly long[] _closed = new long[Protocols.Length];
    private long _bytes;
    private int _pending;

    public PublishMetrics(Meters meters)
    {
        var meter = meters.Server;
        meter.CreateObservableCounter("publish_requests_total", Requests, "{request}", "Publish requests, by outcome; of a request with several lines each line.");
        meter.CreateObservableCounter("publish_bytes_total", () => Interlocked.Read(ref _bytes), "By", "Payload bytes stored.");
        meter.CreateObservableGauge("publish_pending", () => Volatile.Read(ref _pending), "{request}", "Publish requests waiting for the stream.");
        meter.CreateObservableGauge("publish_connections_current", () => Connections(protocol => Opened(protocol) - Closed(protocol)), "{connection}", "Connections that publish.");
        meter.CreateObservableCounter("publish_connections_total", () => Connections(Opened), "{connection}", "Connections that have begun to publish.");
        _seconds = meters.CreateSharedHistogram("publish_seconds", "Request to stored.");
        _stages = [.. Enum.GetNames<PublishStage>().Select(stage =>
            meters.CreateSharedHistogram("publish_stage_seconds", "Where the time of a stored publish request goes; of one request in eight.", new KeyValuePair<string, object?>("stage", stage.ToLowerInvariant())))];
    }

    /// <summary>Requests waiting for the stream.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <summary>Takes a place among the waiting ones unless there is none. Exact: a refused attempt never takes a place from another.</summary>
    public bool TryBegin(int maxPending)
    {
        for (var pending = Volatile.Read(ref _pending); pending < maxPending;)
        {
            var seen = Interlocked.CompareExchange(ref _pending, pending + 1, pending);
            if (seen == pending) return true;
            pending = seen;
        }

        return false;
    }

    public void End(int count = 1) => Interlocked.Add(ref _pending, -count);

    public void Answered(string protocol, string outcome)
    {
        var index = 0;
        while (Outcomes[index] != outcome) index++;
        Interlocked.Increment(ref _requests[IndexOf(protocol), index]);
    }

    public void Stored(int bytes, double seconds)
    {
        Interlocked.Add(ref _bytes, bytes);
        _seconds.Record(seconds);
    }

    public void Passed(PublishStage stage, TimeSpan took) => _stages[(int)stage].Record(took.TotalSeconds);

    public void Connected(string protocol) => Interlocked.Increment(ref _opened[IndexOf(protocol)]);

    public void Disconnected(string protocol) => Interlocked.Increment(ref _closed[IndexOf(protocol)]);

    private static int IndexOf(string protocol) => protocol == Http2 ? 1 : 0;

    private long Opened(int protocol) => Interlocked.Read(ref _opened[protocol]);

    private long Closed(int protocol) => Interlocked.Read(ref _closed[protocol]);

    private static IEnumerable<Measurement<long>> Connections(Func<int, long> count) =>
        Protocols.Select((name, protocol) => new Measurement<long>(count(protocol), new KeyValuePair<string, object?>("protocol", name)));

    private IEnumerable<Measurement<long>> Requests()
    {
        for (var protocol = 0; protocol < Protocols.Length; protocol++)
        {
            for (var outcome = 0; outcome < Outcomes.Count; outcome++)
            {
                yield return new Measurement<long>(
                    Interlocked.Read(ref _requests[protocol, outcome]),
                    new KeyValuePair<string, object?>("protocol", Protocols[protocol]),
                    new KeyValuePair<string, object?>("outcome", Outcomes[outcome]));
            }
        }
    }
}
