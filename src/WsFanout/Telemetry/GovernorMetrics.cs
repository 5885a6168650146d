using System.Diagnostics.Metrics;

namespace WsFanout.Telemetry;

/// <summary>What the server uses of what it may, and what it does about it.</summary>
internal sealed class GovernorMetrics(Meters meters)
{
    /// <summary>States of the governor; exactly one is 1.</summary>
    public static readonly IReadOnlyList<string> States = ["normal", "rejecting", "paused"];

    private readonly Counter<long> _overloads = meters.Server.CreateCounter<long>("overloads_total", "{overload}", "Times the server left the state normal.");

    /// <summary>Reads at each scrape in which state the governor is.</summary>
    /// <param name="state">Index into <see cref="States"/>.</param>
    public void ObserveState(Func<int> state) => meters.Server.CreateObservableGauge(
        "governor_state",
        () =>
        {
            var present = state();
            return States.Select((name, index) => new Measurement<int>(index == present ? 1 : 0, new KeyValuePair<string, object?>("state", name)));
        },
        "1",
        "1 for the state the server is in, 0 for the others.");

    /// <summary>The server left the state normal.</summary>
    public void Overloaded() => _overloads.Add(1);

    /// <summary>Fixed limits, for rules that are ratios.</summary>
    public void Limits(double rejectPercent, double pausePercent, long memoryBytes, long maxTasks)
    {
        var meter = meters.Server;
        meter.CreateObservableGauge("cpu_reject_threshold_percent", () => rejectPercent, "%", "CPU above which new clients are refused.");
        meter.CreateObservableGauge("cpu_pause_threshold_percent", () => pausePercent, "%", "CPU above which intake pauses.");
        meter.CreateObservableGauge("memory_limit_bytes", () => memoryBytes, "By", "Memory this server may use.");
        meter.CreateObservableGauge("tasks_max", () => maxTasks, "{task}", "Units of concurrency this server may hold open.");
    }

    /// <summary>Reads usage at each scrape, and the limit that a change of the quota moves.</summary>
    public void Observe(Func<double> cpuLimitCores, Func<double> cpuPercent, Func<long> memoryBytes, Func<long> tasks)
    {
        var meter = meters.Server;
        meter.CreateObservableGauge("cpu_limit_cores", cpuLimitCores, "{core}", "Cores this server may use.");
        meter.CreateObservableGauge("cpu_percent", cpuPercent, "%", "CPU used, in percent of the limit, smoothed.");
        meter.CreateObservableGauge("memory_bytes", memoryBytes, "By", "Memory used.");
        meter.CreateObservableGauge("tasks_current", tasks, "{task}", "Units of concurrency held open: a client 2, a worker 1, fixed loops 20.");
    }
}
