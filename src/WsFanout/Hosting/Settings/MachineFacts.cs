using System.Globalization;
using WsFanout.Governor.Meters;

namespace WsFanout.Hosting.Settings;

/// <summary>What the machine and the container offer, read once at start.</summary>
internal sealed record MachineFacts
{
    /// <summary>Cores that the process may run on.</summary>
    public required int Cores { get; init; }

    public required long PhysicalMemoryBytes { get; init; }

    public required ContainerLimits Container { get; init; }

    /// <summary>Most descriptors the process may hold open.</summary>
    public required long DescriptorLimit { get; init; }

    /// <summary>Most the kernel keeps of a listen backlog; null when it doesn't say.</summary>
    public int? LongestBacklog { get; init; }

    /// <summary>Reads the facts of this machine. What a system doesn't tell is left unlimited.</summary>
    public static MachineFacts Read() => new()
    {
        Cores = Environment.ProcessorCount,
        PhysicalMemoryBytes = MemoryInProc() ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        Container = ContainerLimits.Read(),
        DescriptorLimit = DescriptorsInProc() ?? long.MaxValue,
        LongestBacklog = (int?)CgroupPaths.Number(CgroupPaths.Line("/", "/proc/sys/net/core/somaxconn")),
    };

    private static long? MemoryInProc() =>
        Field("/proc/meminfo", "MemTotal:") is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes)
            ? kilobytes * 1024
            : null;

    private static long? DescriptorsInProc() =>
        Field("/proc/self/limits", "Max open files") is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : null;

    private static string? Field(string path, string start)
    {
        try
        {
            var line = File.ReadLines(path).FirstOrDefault(candidate => candidate.StartsWith(start, StringComparison.Ordinal));
            return line?[start.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
