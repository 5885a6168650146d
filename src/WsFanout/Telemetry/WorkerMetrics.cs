namespace WsFanout.Telemetry;

/// <summary>Everything that one worker measures.</summary>
/// <param name="Delivery">Seconds from the intake to the socket.</param>
/// <param name="Age">Seconds from the stream to the socket.</param>
/// <param name="Batch">Messages in a send.</param>
/// <param name="Turn">Seconds of a turn.</param>
internal sealed record WorkerMetrics(
    WorkerCounters Counters,
    WorkerHistogram.Shard Delivery,
    WorkerHistogram.Shard Age,
    WorkerHistogram.Shard Batch,
    WorkerHistogram.Shard Turn);
