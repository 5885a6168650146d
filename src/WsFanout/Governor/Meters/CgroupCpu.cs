namespace WsFanout.Governor.Meters;

/// <summary>CPU time that the server's cgroup has used.</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class CgroupCpu
{
    private readonly bool _isV2;
    private readonly SmallFile _file;

    private CgroupCpu(string root, CgroupDirectory directory)
    {
        _isV2 = directory.IsV2;
        _file = FileOf(root, directory);
        Source = MeterSource.Of(directory);
    }

    public MeterSource Source { get; }

    /// <summary>The cgroup whose accounting tells what the server uses of its limit; null when that is the process alone.</summary>
    /// <param name="root">Directory that stands for <c>/</c>.</param>
    /// <param name="limitCores">Cores this server may use.</param>
    public static CgroupCpu? Find(string root, double limitCores)
    {
        var tightest = OwnCgroup.Tightest(CgroupPaths.Directories(root, "cpu"), directory => ContainerLimits.CpuOf(root, directory.Path));
        var accounts = CgroupPaths.Directories(root, "cpuacct").Where(directory => Read(FileOf(root, directory), directory.IsV2) is not null).ToArray();
        return OwnCgroup.Find(root, tightest, accounts, limitCores) is { } own ? new CgroupCpu(root, own) : null;
    }

    /// <summary>User and system time of everything in the cgroup since it was made; null when it can't be read.</summary>
    public TimeSpan? Read() => Read(_file, _isV2);

    private static SmallFile FileOf(string root, CgroupDirectory directory) => new(root, directory.Path + (directory.IsV2 ? "/cpu.stat" : "/cpuacct.usage"));

    private static TimeSpan? Read(SmallFile file, bool isV2) =>
        isV2
            ? file.Field("usage_usec"u8) is { } microseconds ? new TimeSpan(microseconds * TimeSpan.TicksPerMicrosecond) : null
            : file.Number() is { } nanoseconds ? new TimeSpan(nanoseconds / TimeSpan.NanosecondsPerTick) : null;
}
