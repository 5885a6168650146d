namespace WsFanout.Telemetry;

/// <summary>
/// A histogram that each worker fills in its own memory: a value costs a search among the bounds and two additions, no call into a listener,
/// no lock. Summed up when it is read.
/// </summary>
/// <remarks>Each <see cref="Shard"/> has one writing thread; anyone may read.</remarks>
internal sealed class WorkerHistogram(string name, string description, double[] bounds, int workers) : OwnHistogram(name, "", description, bounds)
{
    private readonly Shard[] _shards = [.. Enumerable.Range(0, workers).Select(_ => new Shard(bounds))];

    public Shard For(int worker) => _shards[worker];

    public override (long[] Counts, double Sum) Read()
    {
        var counts = new long[Bounds.Count + 1];
        var sum = 0.0;
        foreach (var shard in _shards) shard.AddTo(counts, ref sum);
        return (counts, sum);
    }

    /// <summary>One worker's part.</summary>
    internal sealed class Shard(double[] bounds)
    {
        // The worker's thread writes; the scrape reads, perhaps one value behind.
        private readonly long[] _counts = new long[bounds.Length + 1];
        private double _sum;

        /// <summary>Counts <paramref name="times"/> equal values.</summary>
        public void Record(double value, long times = 1)
        {
            var bucket = 0;
            while (bucket < bounds.Length && value > bounds[bucket]) bucket++;
            Volatile.Write(ref _counts[bucket], _counts[bucket] + times);
            Volatile.Write(ref _sum, _sum + value * times);
        }

        public void AddTo(long[] counts, ref double sum)
        {
            for (var bucket = 0; bucket < counts.Length; bucket++) counts[bucket] += Volatile.Read(ref _counts[bucket]);
            sum += Volatile.Read(ref _sum);
        }
    }
}
