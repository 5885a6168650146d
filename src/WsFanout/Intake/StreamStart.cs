using WsFanout.Messages;
using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>Where another stream than before, or the first, is followed from.</summary>
/// <param name="Position">Live messages come from behind it.</param>
/// <param name="Anchor">A message of it; default when none is known.</param>
/// <param name="IsEnd">Whether it is the stream's end: then what lies before is the History's.</param>
/// <param name="State">The stream as it was looked at.</param>
internal sealed record StreamStart(Position Position, StreamAnchor Anchor, bool IsEnd, StreamState State);
