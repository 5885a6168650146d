namespace WsFanout.Telemetry;

/// <summary>A histogram beside the meters: whoever fills it counts in memory, without a call into a listener, and the scrape reads.</summary>
/// <param name="labels">As they are written, without braces; empty for none. Histograms of one name differ in them alone.</param>
/// <param name="bounds">Upper bounds of the buckets, inclusive, rising.</param>
internal abstract class OwnHistogram(string name, string labels, string description, double[] bounds)
{
    public string Name => name;

    public string Labels => labels;

    public string Description => description;

    public IReadOnlyList<double> Bounds => bounds;

    /// <summary>Counts by bucket, the last for what is above all bounds; and the sum of all values.</summary>
    public abstract (long[] Counts, double Sum) Read();
}
