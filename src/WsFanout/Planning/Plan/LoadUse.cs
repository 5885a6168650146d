namespace WsFanout.Planning.Plan;

/// <summary>What a load takes of what there is. Percent are of <c>WS_CPU_LIMIT</c>, <c>WS_MEMORY_LIMIT</c>, <c>WS_MAX_GOROUTINES</c> and the bandwidth.</summary>
/// <param name="KernelBytes">Part of <paramref name="MemoryBytes"/> that the sockets take in the kernel.</param>
/// <param name="Outcome">What the server does at this load.</param>
internal sealed record LoadUse(
    Load Load,
    double Cores,
    double CpuPercent,
    double MemoryBytes,
    double MemoryPercent,
    double KernelBytes,
    long Tasks,
    double TasksPercent,
    double NetworkBytesPerSecond,
    double NetworkPercent,
    string Outcome);
