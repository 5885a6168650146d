namespace WsFanout.Telemetry;

/// <summary>A histogram of seconds that any thread fills: a value costs a search among the bounds and two interlocked additions.</summary>
internal sealed class SharedHistogram(string name, string labels, string description, double[] bounds) : OwnHistogram(name, labels, description, bounds)
{
    private const double NanosPerSecond = 1e9;

    private readonly double[] _bounds = bounds;

    // By Interlocked.
    private readonly long[] _counts = new long[bounds.Length + 1];
    private long _nanos;

    public void Record(double seconds)
    {
        var bucket = 0;
        while (bucket < _bounds.Length && seconds > _bounds[bucket]) bucket++;
        Interlocked.Increment(ref _counts[bucket]);
        Interlocked.Add(ref _nanos, (long)(seconds * NanosPerSecond));
    }

    public override (long[] Counts, double Sum) Read()
    {
        var counts = new long[_counts.Length];
        for (var bucket = 0; bucket < counts.Length; bucket++) counts[bucket] = Interlocked.Read(ref _counts[bucket]);
        return (counts, Interlocked.Read(ref _nanos) / NanosPerSecond);
    }
}
