using WsFanout.Clients;
using WsFanout.Clients.Tokens;
using WsFanout.History;
using WsFanout.Messages;
using WsFanout.Telemetry;
using WsFanout.Transport.Direct;

namespace WsFanout.Fanout;

/// <summary>What the workers are made of.</summary>
/// <param name="NewSockets">Makes the sockets of one worker on the direct way; null: there are none.</param>
/// <param name="MaxIdleChannels">Channels that a worker may cache for patterns alone.</param>
/// <param name="History">Written by the intake.</param>
/// <param name="Tail">How far the stream itself reaches.</param>
/// <param name="LateAfter">Time from arrival to socket above which a delivery is late; zero: never.</param>
/// <param name="Tokens">Judges the tokens that clients must show; null: none is needed.</param>
internal sealed record WorkersSetup(
    FanoutOptions Fanout,
    Func<SocketLoop>? NewSockets,
    ClientOptions Clients,
    int MaxIdleChannels,
    TimeSpan LateAfter,
    MessageHistory History,
    StreamTail Tail,
    FanoutMetrics Metrics,
    ClientMetrics ClientMetrics,
    TimeProvider Time,
    TokenVerifier? Tokens = null);
