namespace WsFanout.Governor;

/// <summary>What the governor judges by, as of one moment.</summary>
/// <param name="CpuPercent">Smoothed, in percent of the CPU limit.</param>
/// <param name="CpuNowPercent">The same of the last interval alone.</param>
/// <param name="MemoryPercent">In percent of the memory limit.</param>
/// <param name="IsLate">Whether what leaves now has waited here for longer than it should.</param>
/// <param name="HeadroomSeconds">Time until the stream drops a message that has not been read.</param>
/// <param name="Clients">That are there to be shed.</param>
internal readonly record struct LoadReading(double CpuPercent, double CpuNowPercent, double MemoryPercent, bool IsLate, double HeadroomSeconds, int Clients);
