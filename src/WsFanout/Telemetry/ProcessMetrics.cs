using System.Diagnostics.Metrics;

namespace WsFanout.Telemetry;

/// <summary>The process as every Prometheus client library shows it, and the version of the server.</summary>
internal static class ProcessMetrics
{
    public static void Register(Meters meters, string version, int maxFileDescriptors)
    {
        var self = System.Diagnostics.Process.GetCurrentProcess();
        var started = (self.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds;
        var meter = meters.Process;
        meter.CreateObservableGauge("start_time_seconds", () => started, "s", "Start of the process, unix seconds.");
        meter.CreateObservableCounter("cpu_seconds_total", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "User and system CPU time.");
        meter.CreateObservableGauge("resident_memory_bytes", () => Environment.WorkingSet, "By", "Resident memory.");
        meter.CreateObservableGauge("max_fds", () => maxFileDescriptors, "{descriptor}", "File descriptors this process may open.");
        if (Directory.Exists(OpenDescriptors.Directory))
        {
            meter.CreateObservableGauge("open_fds", OpenDescriptors.Count, "{descriptor}", "File descriptors open.");
        }

        meters.Server.CreateObservableGauge(
            "build_info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", version)), "1", "Always 1; the version is its label.");
    }
}
