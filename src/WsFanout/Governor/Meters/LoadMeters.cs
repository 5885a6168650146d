namespace WsFanout.Governor.Meters;

/// <summary>What the governor's readings are taken from.</summary>
internal sealed record LoadMeters(CpuMeter Cpu, MemoryMeter Memory, LatenessMeter Lateness);
