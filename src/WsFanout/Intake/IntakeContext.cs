using WsFanout.Governor;
using WsFanout.Telemetry;

namespace WsFanout.Intake;

/// <summary>What every part of the intake needs.</summary>
internal sealed record IntakeContext(StreamOptions Options, LoadGovernor Governor, IntakeMetrics Metrics, TimeProvider Time, ILogger Logger);
