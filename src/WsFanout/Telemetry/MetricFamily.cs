using System.Diagnostics.Metrics;

namespace WsFanout.Telemetry;

/// <summary>All series of one instrument.</summary>
/// <remarks>Guarded by the exporter's gate.</remarks>
internal sealed class MetricFamily
{
    private readonly string _type;
    private readonly string _help;
    private readonly bool _adds;
    private readonly IReadOnlyList<double>? _bounds;

    // Guarded by the exporter's gate. Keyed by the labels as they are written.
    private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);

    public MetricFamily(Instrument instrument)
    {
        Name = $"{instrument.Meter.Name}_{instrument.Name}";
        _help = instrument.Description ?? "";
        _type = instrument switch
        {
            Counter<long> or ObservableCounter<long> or ObservableCounter<double> => "counter",
            Histogram<double> => "histogram",
            _ => "gauge",
        };

        // An observable instrument tells its whole value each time.
        _adds = !instrument.IsObservable;
        _bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries;
    }

    public string Name { get; }

    /// <summary>Takes a measurement. Not a number means not known: the series is left out until it is.</summary>
    public void RecordLocked(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = PrometheusText.Labels(tags);
        if (double.IsNaN(value))
        {
            _series.Remove(labels);
            return;
        }

        if (!_series.TryGetValue(labels, out var series))
        {
            series = new Series(_bounds is null ? [] : new long[_bounds.Count + 1]);
            _series.Add(labels, series);
        }

        series.Value = _adds ? series.Value + value : value;
        if (_bounds is null) return;
        var bucket = 0;
        while (bucket < _bounds.Count && value > _bounds[bucket]) bucket++;
        series.Buckets[bucket]++;
    }

    public void Write(PrometheusText text)
    {
        text.Family(Name, _type, _help);
        foreach (var (labels, series) in _series)
        {
            if (_bounds is null) text.Sample(Name, labels, series.Value);
            else text.Histogram(Name, labels, _bounds, series.Buckets, series.Value);
        }

        // A histogram nobody has recorded to yet still has its series.
        if (_bounds is not null && _series.Count == 0) text.Histogram(Name, "", _bounds, new long[_bounds.Count + 1], 0);
        if (_bounds is null && _series.Count == 0 && _adds) text.Sample(Name, "", 0);
    }

    private sealed class Series(long[] buckets)
    {
        public double Value { get; set; }

        public long[] Buckets { get; } = buckets;
    }
}
