namespace WsFanout.Telemetry;

/// <summary>Bucket bounds of the histograms. Few enough for a scrape, fine enough to tell 2 × from 1 ×.</summary>
internal static class Buckets
{
    /// <summary>Seconds, from 100 µs to 10 s.</summary>
    public static readonly double[] Latency =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>Seconds, from 1 ms to 60 s: includes the way through the broker and its clock.</summary>
    public static readonly double[] Age =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    /// <summary>Messages in one send.</summary>
    public static readonly double[] BatchSize = [1, 2, 4, 8, 16, 32, 64, 128, 256];
}
