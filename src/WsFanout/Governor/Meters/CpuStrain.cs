namespace WsFanout.Governor.Meters;

/// <summary>What keeps the CPU from this server although it would run: its quota, other machines of the host, other programs.</summary>
/// <remarks>One thread samples; anyone reads. What the system doesn't tell is not a number.</remarks>
internal sealed class CpuStrain
{
    /// <summary>Ticks a second in <c>/proc/stat</c>; fixed for user space whatever the kernel's own rate.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>Place of steal in a line of <c>/proc/stat</c>, the name left out: user nice system idle iowait irq softirq steal.</summary>
    private const int StealColumn = 7;

    private const double MicrosecondsPerSecond = 1e6;
    private const double NanosecondsPerSecond = 1e9;

    private readonly SmallFile? _throttling;
    private readonly SmallFile? _machine;
    private readonly PressureFile _pressure;
    private readonly RisingTotal _throttled = new();
    private readonly RisingTotal _stolen = new();

    private double _pressurePercent = double.NaN;

    /// <param name="root">Directory that stands for <c>/</c>.</param>
    public CpuStrain(string root)
    {
        _throttling = Throttling(root);
        _machine = SmallFile.IfReadable(root, "/proc/stat");
        _pressure = new PressureFile(root, "cpu");
        Sample();
    }

    /// <summary>Seconds, since the start of the server, that the cgroup with the tightest quota was stopped because the quota was used up.</summary>
    public double ThrottledSeconds => _throttled.Value;

    /// <summary>Seconds of CPU, since the start of the server, that the host gave to other machines while this one would have run. All cores together.</summary>
    public double StealSeconds => _stolen.Value;

    /// <summary>Percent of the last 10 s in which something in the cgroup, or else on the machine, waited for a CPU.</summary>
    public double PressurePercent => Volatile.Read(ref _pressurePercent);

    public void Sample()
    {
        _throttled.Take(ThrottledSecondsIn(_throttling));
        _stolen.Take(_machine is null ? null : SmallFile.NumberAt(SmallFile.Word(SmallFile.Line(_machine.Read(), "cpu"u8), StealColumn)) / TicksPerSecond);
        Volatile.Write(ref _pressurePercent, _pressure.Percent());
    }

    // Where no quota is set, the own cgroup: one may be set while the server runs.
    private static SmallFile? Throttling(string root)
    {
        var directories = CgroupPaths.Directories(root, "cpu").ToArray();
        var tightest = OwnCgroup.Tightest(directories, directory => ContainerLimits.CpuOf(root, directory.Path));
        return directories.Where(directory => directory.IsOwn || directory == tightest?.Directory)
            .OrderByDescending(directory => directory == tightest?.Directory)
            .Select(directory => SmallFile.IfReadable(root, $"{directory.Path}/cpu.stat"))
            .FirstOrDefault(file => ThrottledSecondsIn(file) is not null);
    }

    private static double? ThrottledSecondsIn(SmallFile? file)
    {
        if (file is null) return null;
        var text = file.Read();
        return SmallFile.Field(text, "throttled_usec"u8) / MicrosecondsPerSecond ?? SmallFile.Field(text, "throttled_time"u8) / NanosecondsPerSecond;
    }
}
