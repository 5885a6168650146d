namespace WsFanout.Intake;

/// <summary>One message that a stream has held: no other stream, and no older copy of it that has been written to since, holds the same.</summary>
/// <param name="Sequence">Its sequence number; 0 when none is known.</param>
/// <param name="Nanos">When the stream stored it. Unix nanoseconds.</param>
internal readonly record struct StreamAnchor(long Sequence, long Nanos);
