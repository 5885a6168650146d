namespace WsFanout.Fanout.Replays;

/// <summary>Sequence numbers of which messages of one name may be gone.</summary>
/// <param name="Name">Channel or pattern.</param>
/// <param name="From">The first.</param>
/// <param name="To">The last.</param>
internal readonly record struct Loss(string Name, long From, long To);
