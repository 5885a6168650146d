using WsFanout.Telemetry;

namespace WsFanout.Intake;

/// <summary>What every part of the intake needs.</summary>
internal sealed record IntakeContext(StreamOptions Options, IntakeMetrics Metrics, TimeProvider Time, ILogger Logger);
