namespace WsFanout.Governor;

/// <summary>What the governor judges by, as of one moment.</summary>
/// <param name="CpuPercent">Smoothed, in percent of the CPU limit.</param>
/// <param name="MemoryPercent">In percent of the memory limit.</param>
/// <param name="IsLate">Whether what leaves now has waited here for longer than it should.</param>
internal readonly record struct LoadReading(double CpuPercent, double MemoryPercent, bool IsLate);
