namespace WsFanout.Messages;

/// <summary>How far a stream reached at a moment.</summary>
/// <param name="Epoch">Names the stream; empty before the first look at one.</param>
/// <param name="Sequence">Its last sequence number, or one that it had already passed.</param>
/// <param name="LookedAt">When the stream was asked: everything stored by then is at or below <paramref name="Sequence"/>. Ticks of the monotonic clock; 0 before the first look.</param>
internal readonly record struct StreamEnd(string Epoch, long Sequence, long LookedAt);
