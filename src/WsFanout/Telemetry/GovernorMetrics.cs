namespace WsFanout.Telemetry;

/// <summary>What the server uses of what it may, and what it does about it.</summary>
internal sealed class GovernorMetrics(Meters meters)
{
    /// <summary>States of the governor; exactly one is 1.</summary>
    public static readonly IReadOnlyList<string> States = ["normal", "rejecting", "paused"];

    /// <summary>Fixed limits, for rules that are ratios.</summary>
    public void Limits(double cpuCores, double rejectPercent, double pausePercent, long memoryBytes, long maxTasks)
    {
        var meter = meters.Server;
        meter.CreateObservableGauge("cpu_limit_cores", () => cpuCores, "{core}", "Cores this server may use.");
        meter.CreateObservableGauge("cpu_reject_threshold_percent", () => rejectPercent, "%", "CPU above which new clients are refused.");
        meter.CreateObservableGauge("cpu_pause_threshold_percent", () => pausePercent, "%", "CPU above which intake pauses.");
        meter.CreateObservableGauge("memory_limit_bytes", () => memoryBytes, "By", "Memory this server may use.");
        meter.CreateObservableGauge("tasks_max", () => maxTasks, "{task}", "Units of concurrency this server may hold open.");
    }

    /// <summary>Reads usage at each scrape.</summary>
    public void Observe(Func<double> cpuPercent, Func<long> memoryBytes, Func<long> tasks)
    {
        var meter = meters.Server;
        meter.CreateObservableGauge("cpu_percent", cpuPercent, "%", "CPU used, in percent of the limit, smoothed.");
        meter.CreateObservableGauge("memory_bytes", memoryBytes, "By", "Memory used.");
        meter.CreateObservableGauge("tasks_current", tasks, "{task}", "Units of concurrency held open: a client 2, a worker 1, fixed loops 20.");
    }
}
