namespace WsFanout.Governor.Meters;

/// <summary>CPU used in percent of the limit, smoothed: a reading counts half after two more.</summary>
/// <remarks>One thread samples; anyone reads <see cref="Percent"/>.</remarks>
internal sealed class CpuMeter
{
    /// <summary>Weight of a new reading for a half-life of two readings: 1 − 2^(−1/2).</summary>
    private const double Weight = 0.2928932188134524;

    private readonly Func<TimeSpan> _cpuTime;
    private readonly TimeProvider _time;
    private readonly double _limitCores;

    // The sampler only.
    private TimeSpan _lastCpuTime;
    private long _lastAt;

    private double _percent;
    private double _latestPercent;

    /// <param name="cpuTime">User and system time of the process so far.</param>
    public CpuMeter(Func<TimeSpan> cpuTime, double limitCores, TimeProvider time)
    {
        _cpuTime = cpuTime;
        _time = time;
        _limitCores = limitCores;
        _lastCpuTime = cpuTime();
        _lastAt = time.GetTimestamp();
    }

    /// <summary>Percent of the limit; above 100 when the limit is not enforced from outside.</summary>
    public double Percent => Volatile.Read(ref _percent);

    /// <summary>The last reading alone, not smoothed.</summary>
    public double LatestPercent => Volatile.Read(ref _latestPercent);

    /// <summary>Takes a reading. A clock or a counter that went backwards makes a reading that is left out.</summary>
    public void Sample()
    {
        var now = _time.GetTimestamp();
        var cpuTime = _cpuTime();
        var elapsed = _time.GetElapsedTime(_lastAt, now);
        var used = cpuTime - _lastCpuTime;
        _lastAt = now;
        _lastCpuTime = cpuTime;
        if (elapsed <= TimeSpan.Zero || used < TimeSpan.Zero) return;

        var reading = used / elapsed / _limitCores * 100;
        Volatile.Write(ref _latestPercent, reading);
        Volatile.Write(ref _percent, _percent + ((reading - _percent) * Weight));
    }
}
