namespace WsFanout.Governor.Meters;

/// <summary>CPU used in percent of the limit, smoothed: a reading counts half after two more.</summary>
/// <remarks>One thread samples; anyone reads. Errors are counted, never thrown.</remarks>
internal sealed class CpuMeter
{
    /// <summary>Half-life of a reading, in intervals between two.</summary>
    private const double HalfLife = 2;

    private readonly CgroupCpu? _cgroup;
    private readonly Func<TimeSpan> _process;
    private readonly CpuQuota _quota;
    private readonly double _givenCores;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;

    // The sampler only. Each source has a baseline of its own, so that one can take over from the other.
    private CpuBaseline _cgroupBaseline;
    private CpuBaseline _processBaseline;

    private double _limitCores;
    private double _percent;
    private double _latestPercent;
    private long _errors;
    private volatile MeterSource _source;

    /// <param name="root">Directory that stands for <c>/</c>.</param>
    /// <param name="process">User and system time of the process so far; fills in while the cgroup can't be read.</param>
    /// <param name="limitCores">Cores that are 100 %, unless a quota grants less.</param>
    /// <param name="interval">Time between two readings when the sampler is on time.</param>
    public CpuMeter(string root, Func<TimeSpan> process, double limitCores, TimeSpan interval, TimeProvider time)
    {
        _cgroup = CgroupCpu.Find(root, limitCores);
        Strain = new CpuStrain(root);
        _process = process;
        _quota = new CpuQuota(root);
        _givenCores = limitCores;
        _limitCores = Math.Min(limitCores, _quota.Cores());
        _interval = interval;
        _time = time;
        _source = _cgroup?.Source ?? MeterSource.Process;
        var now = time.GetTimestamp();
        _cgroupBaseline.Take(_cgroup?.Read(), now, time);
        _processBaseline.Take(process(), now, time);
    }

    /// <summary>Percent of the limit; above 100 when the limit is not enforced from outside.</summary>
    public double Percent => Volatile.Read(ref _percent);

    /// <summary>Cores that are 100 %: those given, or what a quota that has become tighter since grants.</summary>
    public double LimitCores => Volatile.Read(ref _limitCores);

    /// <summary>The last reading alone, not smoothed.</summary>
    public double LatestPercent => Volatile.Read(ref _latestPercent);

    /// <summary>What keeps the CPU from this server; sampled along.</summary>
    public CpuStrain Strain { get; }

    /// <summary>Whose accounting the last reading is from.</summary>
    public MeterSource Source => _source;

    /// <summary>Every source that this meter may read.</summary>
    public IReadOnlyList<MeterSource> Sources => _cgroup is null ? [MeterSource.Process] : [_cgroup.Source, MeterSource.Process];

    /// <summary>Readings that could not be used: the file was away or not a number, or the counter had gone backwards.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>A meter of the running process.</summary>
    /// <param name="limitCores">Cores that are 100 %.</param>
    public static CpuMeter OfThisProcess(double limitCores, TimeSpan interval, TimeProvider time) =>
        new("/", () => Environment.CpuUsage.TotalTime, limitCores, interval, time);

    /// <summary>Takes a reading. One that makes no sense is left out, and what was known stays.</summary>
    public void Sample()
    {
        Strain.Sample();
        Volatile.Write(ref _limitCores, Math.Min(_givenCores, _quota.Cores()));
        var now = _time.GetTimestamp();
        var byProcess = _processBaseline.Take(_process(), now, _time);
        CpuReading? byCgroup = _cgroup is null ? null : _cgroupBaseline.Take(_cgroup.Read(), now, _time);
        if (byProcess.Elapsed <= TimeSpan.Zero) return;
        if (byProcess.IsError || byCgroup is { IsError: true }) Interlocked.Increment(ref _errors);
        if (_cgroup is not null) _source = byCgroup is { Cores: not null } ? _cgroup.Source : MeterSource.Process;

        var reading = byCgroup is { Cores: not null } good ? good : byProcess;
        if (reading.Cores is not { } cores) return;

        // By the time that really went by: a sampler that was kept from running has seen more, so it counts for more.
        var weight = 1 - Math.Pow(2, -(reading.Elapsed / _interval) / HalfLife);
        var latest = cores / _limitCores * 100;
        Volatile.Write(ref _latestPercent, latest);
        Volatile.Write(ref _percent, _percent + ((latest - _percent) * weight));
    }
}
