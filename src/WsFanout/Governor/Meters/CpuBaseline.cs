namespace WsFanout.Governor.Meters;

/// <summary>The reading of a counter of CPU time that the next one is compared with.</summary>
/// <remarks>The sampler only.</remarks>
internal struct CpuBaseline
{
    private TimeSpan? _used;
    private long _at;

    /// <summary>Takes a reading and tells the cores used since the one before.</summary>
    /// <param name="used">CPU time so far; null when it can't be read. The next one has nothing to be compared with then.</param>
    /// <param name="now">Timestamp of <paramref name="time"/>.</param>
    public CpuReading Take(TimeSpan? used, long now, TimeProvider time)
    {
        var elapsed = time.GetElapsedTime(_at, now);
        if (_used is not null && used is not null && elapsed <= TimeSpan.Zero) return default;

        var before = _used;
        _used = used;
        _at = now;
        if (used is null || used < before) return new CpuReading(null, elapsed, IsError: true);
        return new CpuReading((used - before) / elapsed, elapsed, IsError: false);
    }
}
