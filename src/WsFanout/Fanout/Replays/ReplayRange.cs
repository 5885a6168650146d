using WsFanout.History;
using WsFanout.Messages;

namespace WsFanout.Fanout.Replays;

/// <summary>What a replay is over.</summary>
/// <param name="Window">Of the stream that the sequence numbers are of.</param>
/// <param name="Names">Channels and patterns.</param>
/// <param name="Covered">Earlier subscriptions of the client: what they have been giving is left out.</param>
/// <param name="Since">Messages above it.</param>
/// <param name="Mark">The worker's position when the client asked: messages up to it, those above come by the ring.</param>
internal sealed record ReplayRange(HistoryWindow Window, ReplayNames Names, ReplayNames Covered, long Since, Position Mark);
