using WsFanout.Clients;
using WsFanout.Clients.Tokens;
using WsFanout.History;
using WsFanout.Messages;
using WsFanout.Telemetry;

namespace WsFanout.Fanout;

/// <summary>What every part of one worker is made of.</summary>
/// <param name="Number">From 0; also the reader's number in the ring.</param>
/// <param name="MaxIdleChannels">Channels that the worker may cache for patterns alone.</param>
/// <param name="FlushMaxDelay">Longest wait for more messages before those that have come are dealt.</param>
/// <param name="History">What clients that missed something are given it from; the intake writes.</param>
/// <param name="Tail">How far the stream itself reaches.</param>
/// <param name="LateAfter">Time from arrival to socket above which a delivery is late.</param>
/// <param name="LosesOneIn">One delivery in so many is lost on purpose, for tests; 0: none is.</param>
/// <param name="Tokens">Judges the tokens that clients must show; null: none is needed.</param>
internal sealed record WorkerContext(
    int Number,
    ClientOptions ClientOptions,
    int MaxIdleChannels,
    TimeSpan FlushMaxDelay,
    TimeSpan LateAfter,
    MessageHistory History,
    StreamTail Tail,
    WorkerMetrics Metrics,
    ClientMetrics ClientMetrics,
    TimeProvider Time,
    long LosesOneIn = 0,
    TokenVerifier? Tokens = null);
