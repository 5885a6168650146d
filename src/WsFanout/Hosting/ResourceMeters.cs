using WsFanout.Governor;
using WsFanout.Governor.Meters;
using WsFanout.Telemetry;

namespace WsFanout.Hosting;

/// <summary>The meters of one server: made, shown as metrics and named in the log.</summary>
internal sealed partial class ResourceMeters
{
    private readonly ILogger _logger;
    private readonly ListenOverflows _overflows = new("/");

    /// <param name="telemetry">Where their metrics go. Before the exporter only.</param>
    public ResourceMeters(GovernorOptions options, Meters telemetry, ILogger logger, TimeProvider time)
    {
        _logger = logger;
        Cpu = CpuMeter.OfThisProcess(options.CpuLimitCores, options.CpuSampleInterval, time);
        Memory = MemoryMeter.OfThisProcess(options.MemoryLimitBytes);
        LogCpuSource(Cpu.Source.Text, Cpu.LimitCores);
        LogMemorySource(Memory.Source.Text, options.MemoryLimitBytes);

        var metrics = new MeterMetrics(telemetry);
        metrics.ObserveCpu(() => Cpu.Strain.ThrottledSeconds, () => Cpu.Strain.StealSeconds, () => Cpu.Strain.PressurePercent);
        metrics.ObserveMemory(() => Memory.HeapBytes, HeapLimit.Bytes, () => Memory.SocketBytes, () => Memory.PressurePercent);
        metrics.ObserveListeners(_overflows.Count);
        metrics.ObserveMeters(
            new MeterFacts("cpu", Labels(Cpu.Sources), () => Cpu.Source.Label, () => Cpu.Errors),
            new MeterFacts("memory", Labels(Memory.Sources), () => Memory.Source.Label, () => Memory.Errors));
    }

    public CpuMeter Cpu { get; }

    public MemoryMeter Memory { get; }

    private static string[] Labels(IEnumerable<MeterSource> sources) => [.. sources.Select(source => source.Label)];

    [LoggerMessage(LogLevel.Information, "CPU is measured by the accounting of: {Source}; 100 % is {Cores} cores.")]
    private partial void LogCpuSource(string source, double cores);

    [LoggerMessage(LogLevel.Information, "Memory is measured by the accounting of: {Source}; 100 % is {Bytes} bytes.")]
    private partial void LogMemorySource(string source, long bytes);
}
