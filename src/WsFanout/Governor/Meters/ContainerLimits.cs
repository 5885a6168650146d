namespace WsFanout.Governor.Meters;

/// <summary>What the container grants this process: CPU quota and memory limit of its cgroups, version 1 or 2.</summary>
/// <param name="CpuCores">Cores; null without a quota.</param>
/// <param name="CpuSource">File that said so.</param>
/// <param name="MemoryBytes">Bytes; null without a limit.</param>
/// <param name="MemorySource">File that said so.</param>
internal sealed record ContainerLimits(double? CpuCores, string? CpuSource, long? MemoryBytes, string? MemorySource)
{
    /// <summary>Version 1 writes "no limit" as the largest multiple of a page; nothing real is near it.</summary>
    public const long NoLimitV1 = 1L << 60;

    public static ContainerLimits None { get; } = new(null, null, null, null);

    /// <summary>Reads the limits that apply to this process. Unreadable files count as no limit; never throws for them.</summary>
    /// <param name="root">Directory that stands for <c>/</c>.</param>
    public static ContainerLimits Read(string root = "/")
    {
        var (cpu, cpuSource) = Smallest(CgroupPaths.Of(root, "cpu"), directory => CpuOf(root, directory));
        var (memory, memorySource) = Smallest(CgroupPaths.Of(root, "memory"), directory => MemoryOf(root, directory));
        return new ContainerLimits(cpu, cpuSource, (long?)memory, memorySource);
    }

    /// <summary>Cores that one cgroup grants, and the file that says so; null without a quota.</summary>
    public static (double Limit, string Source)? CpuOf(string root, string directory)
    {
        var max = Path.Combine(directory, "cpu.max");
        if (CgroupPaths.Line(root, max)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var quota, var period])
        {
            return Ratio(quota, period) is { } cores ? (cores, max) : null;
        }

        var file = Path.Combine(directory, "cpu.cfs_quota_us");
        var ratio = Ratio(CgroupPaths.Line(root, file), CgroupPaths.Line(root, Path.Combine(directory, "cpu.cfs_period_us")));
        return ratio is { } coresV1 ? (coresV1, file) : null;
    }

    /// <summary>Bytes that one cgroup grants, and the file that says so; null without a limit.</summary>
    public static (double Limit, string Source)? MemoryOf(string root, string directory)
    {
        foreach (var name in (ReadOnlySpan<string>)["memory.max", "memory.limit_in_bytes"])
        {
            var file = Path.Combine(directory, name);
            if (CgroupPaths.Number(CgroupPaths.Line(root, file)) is { } bytes and > 0 and < NoLimitV1)
            {
                return (bytes, file);
            }
        }

        return null;
    }

    // A limit of a parent binds its children too, so the smallest on the way up counts.
    private static (double? Limit, string? Source) Smallest(IEnumerable<string> directories, Func<string, (double Limit, string Source)?> read)
    {
        (double Limit, string Source)? smallest = null;
        foreach (var directory in directories)
        {
            if (read(directory) is { } found && (smallest is null || found.Limit < smallest.Value.Limit))
            {
                smallest = found;
            }
        }

        return (smallest?.Limit, smallest?.Source);
    }

    private static double? Ratio(string? quota, string? period) =>
        CgroupPaths.Number(quota) is { } q and > 0 && CgroupPaths.Number(period) is { } p and > 0 ? (double)q / p : null;
}
