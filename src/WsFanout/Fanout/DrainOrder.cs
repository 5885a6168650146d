namespace WsFanout.Fanout;

/// <summary>Close everybody, but not at once, and have each come back at a moment of its own. One for all workers.</summary>
/// <param name="StartedAt">Ticks of the monotonic clock.</param>
/// <param name="Window">Over which the closes of one worker are spread evenly, however many clients it has.</param>
/// <param name="Returns">When each is told to come back.</param>
internal sealed record DrainOrder(long StartedAt, TimeSpan Window, ReturnSlots Returns);
