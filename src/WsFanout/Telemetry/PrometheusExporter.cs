using System.Diagnostics.Metrics;

namespace WsFanout.Telemetry;

/// <summary>Collects the instruments of one server's meters and writes them as Prometheus text (version 0.0.4).</summary>
/// <remarks>
/// Stands in for prometheus-net. Label values come from closed sets, so the number of series is bounded by the code.
/// Thread safety: measurements from any thread; scrapes one at a time, the others wait.
/// </remarks>
internal sealed class PrometheusExporter : IDisposable
{
    private readonly Meters _meters;
    private readonly MeterListener _listener = new();
    private readonly Lock _scrape = new();
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    public PrometheusExporter(Meters meters)
    {
        _meters = meters;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == meters.Server || instrument.Meter == meters.Process)
            {
                listener.EnableMeasurementEvents(instrument, FamilyOf(instrument));
            }
        };
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Record(value, tags, state));
        _listener.Start();
        meters.AddZeroes();
    }

    /// <summary>The whole exposition, families in order of name.</summary>
    public string Scrape()
    {
        lock (_scrape)
        {
            _listener.RecordObservableInstruments();
            var text = new PrometheusText();
            lock (_gate)
            {
                foreach (var family in _families.Values) family.Write(text);
            }

            foreach (var family in _meters.Histograms.GroupBy(h => h.Name).OrderBy(family => family.Key, StringComparer.Ordinal))
            {
                text.Family(family.Key, "histogram", family.First().Description);
                foreach (var histogram in family)
                {
                    var (counts, sum) = histogram.Read();
                    text.Histogram(histogram.Name, histogram.Labels, histogram.Bounds, counts, sum);
                }
            }

            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    private MetricFamily FamilyOf(Instrument instrument)
    {
        lock (_gate)
        {
            var family = new MetricFamily(instrument);
            _families.Add(family.Name, family);
            return family;
        }
    }

    private void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        lock (_gate) ((MetricFamily)state!).RecordLocked(value, tags);
    }
}
