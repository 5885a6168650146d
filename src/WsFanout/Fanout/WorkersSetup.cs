using WsFanout.Clients;
using WsFanout.Telemetry;

namespace WsFanout.Fanout;

/// <summary>What the workers are made of.</summary>
/// <param name="MaxIdleChannels">Channels that a worker may cache for patterns alone.</param>
/// <param name="LateAfter">Time from arrival to socket above which a delivery is late; zero: never.</param>
internal sealed record WorkersSetup(
    FanoutOptions Fanout,
    ClientOptions Clients,
    int MaxIdleChannels,
    TimeSpan LateAfter,
    FanoutMetrics Metrics,
    ClientMetrics ClientMetrics,
    TimeProvider Time);
