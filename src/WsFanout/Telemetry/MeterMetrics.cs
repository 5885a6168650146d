using System.Diagnostics.Metrics;

namespace WsFanout.Telemetry;

/// <summary>What the meters of CPU and memory say beside the two figures that the governor judges by, and how far they can be trusted.</summary>
/// <remarks>Read at each scrape. What a system doesn't tell is not a number and has no series.</remarks>
internal sealed class MeterMetrics(Meters meters)
{
    private readonly List<MeterFacts> _meters = [];

    public void ObserveCpu(Func<double> throttledSeconds, Func<double> stealSeconds, Func<double> pressurePercent)
    {
        var meter = meters.Server;
        meter.CreateObservableCounter("cpu_throttled_seconds_total", throttledSeconds, "s", "Time the container was stopped because its CPU quota was used up.");
        meter.CreateObservableCounter("cpu_steal_seconds_total", stealSeconds, "s", "CPU that the host gave to other machines while this one would have run, all cores together.");
        meter.CreateObservableGauge("cpu_pressure_percent", pressurePercent, "%", "Part of the last 10 s in which something waited for a CPU.");
    }

    public void ObserveMemory(Func<long> heapBytes, Func<long> heapLimitBytes, Func<double> socketBytes, Func<double> pressurePercent)
    {
        var meter = meters.Server;
        meter.CreateObservableGauge("memory_heap_bytes", heapBytes, "By", "Managed heap, garbage not collected yet included.");
        meter.CreateObservableGauge("memory_heap_limit_bytes", heapLimitBytes, "By", "Most the managed heap may take.");
        meter.CreateObservableGauge("memory_socket_bytes", socketBytes, "By", "Kernel memory of sockets: of the container where it counts them, else of the machine.");
        meter.CreateObservableGauge("memory_pressure_percent", pressurePercent, "%", "Part of the last 10 s in which something waited for memory.");
    }

    /// <param name="overflows">One thread at a time asks.</param>
    public void ObserveListeners(Func<double> overflows) =>
        meters.Server.CreateObservableCounter(
            "listen_overflows_total", overflows, "{connection}", "Connections that the kernel dropped because a listen backlog was full, since the start.");

    /// <summary>Which source every meter reads, and its errors.</summary>
    public void ObserveMeters(params MeterFacts[] facts)
    {
        _meters.AddRange(facts);
        meters.Server.CreateObservableCounter("meter_errors_total", Errors, "{reading}", "Readings of a meter that could not be used.");
        meters.Server.CreateObservableGauge("meter_info", Sources, "1", "1 for the source that a meter reads now, 0 for the others it may read.");
    }

    private IEnumerable<Measurement<long>> Errors() => _meters.Select(meter => new Measurement<long>(meter.Errors(), Label("meter", meter.Name)));

    private IEnumerable<Measurement<int>> Sources() =>
        from meter in _meters
        from source in meter.Sources
        select new Measurement<int>(source == meter.Source() ? 1 : 0, Label("meter", meter.Name), Label("source", source));

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
