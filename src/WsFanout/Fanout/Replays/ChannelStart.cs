namespace WsFanout.Fanout.Replays;

/// <summary>Where the replay of one channel begins.</summary>
/// <param name="Row">The first of the replay's names that means it; -1: none.</param>
/// <param name="Start">Messages above it.</param>
internal readonly record struct ChannelStart(int Row, long Start);
