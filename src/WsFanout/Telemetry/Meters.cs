using System.Diagnostics.Metrics;

namespace WsFanout.Telemetry;

/// <summary>The meters of one server, and the histograms that are filled without a call per value.</summary>
/// <remarks>One instance a server, so that several in one process (tests) don't add up.</remarks>
internal sealed class Meters : IDisposable
{
    private readonly List<OwnHistogram> _histograms = [];
    private readonly List<Action> _zeroes = [];

    /// <summary>Instruments of the server. The exporter joins meter and instrument with <c>_</c>: <c>ws_connections_current</c>.</summary>
    public Meter Server { get; } = new("ws");

    /// <summary>Instruments every Prometheus client library exports: <c>process_open_fds</c> and its kin.</summary>
    public Meter Process { get; } = new("process");

    /// <summary>Histograms beside the meters. Fixed once the server has started.</summary>
    public IReadOnlyList<OwnHistogram> Histograms => _histograms;

    /// <summary>A histogram with one shard a worker. Before start only.</summary>
    public WorkerHistogram CreateWorkerHistogram(string name, string description, double[] bounds, int workers)
    {
        var histogram = new WorkerHistogram($"{Server.Name}_{name}", description, bounds, workers);
        _histograms.Add(histogram);
        return histogram;
    }

    /// <summary>A histogram of seconds that any thread fills; several of one name differ in their labels. Before start only.</summary>
    public SharedHistogram CreateSharedHistogram(string name, string description, params KeyValuePair<string, object?>[] labels)
    {
        var histogram = new SharedHistogram($"{Server.Name}_{name}", PrometheusText.Labels(labels), description, Buckets.Latency);
        _histograms.Add(histogram);
        return histogram;
    }

    /// <summary>A counter that has a series, at 0, for each label of its closed set: a rate over a series that was never there is no alert.</summary>
    public Counter<long> CreateCounter(string name, string unit, string description, string label, IEnumerable<string> values)
    {
        var counter = Server.CreateCounter<long>(name, unit, description);
        AddZero(() =>
        {
            foreach (var value in values) counter.Add(0, new KeyValuePair<string, object?>(label, value));
        });
        return counter;
    }

    /// <summary>The same for a counter with more than one label.</summary>
    public void AddZero(Action addZeroes) => _zeroes.Add(addZeroes);

    /// <summary>Gives every labelled counter its series. Once, after the exporter listens.</summary>
    public void AddZeroes() => _zeroes.ForEach(add => add());

    public void Dispose()
    {
        Server.Dispose();
        Process.Dispose();
    }
}
