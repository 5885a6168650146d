namespace WsFanout.Telemetry;

/// <summary>How full the shared replay window is.</summary>
internal sealed class HistoryMetrics(Meters meters)
{
    /// <summary>Reads state at each scrape.</summary>
    public void Observe(Func<long> bytes, Func<int> channels)
    {
        meters.Server.CreateObservableGauge("history_bytes", bytes, "By", "Bytes held for resumes: frames and 128 bytes each.");
        meters.Server.CreateObservableGauge("history_channels", channels, "{channel}", "Channels remembered.");
    }
}
