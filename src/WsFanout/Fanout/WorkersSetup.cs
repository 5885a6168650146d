using WsFanout.Clients;
using WsFanout.Telemetry;

namespace WsFanout.Fanout;

/// <summary>What the workers are made of.</summary>
/// <param name="MaxIdleChannels">Channels that a worker may cache for patterns alone.</param>
internal sealed record WorkersSetup(
    FanoutOptions Fanout,
    ClientOptions Clients,
    int MaxIdleChannels,
    FanoutMetrics Metrics,
    ClientMetrics ClientMetrics,
    TimeProvider Time);
