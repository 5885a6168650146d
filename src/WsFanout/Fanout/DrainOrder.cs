namespace WsFanout.Fanout;

/// <summary>Close everybody, but not at once: they would all come back at once.</summary>
/// <param name="StartedAt">Ticks of the monotonic clock.</param>
/// <param name="Window">Over which the closes of one worker are spread evenly.</param>
internal sealed record DrainOrder(long StartedAt, TimeSpan Window);
