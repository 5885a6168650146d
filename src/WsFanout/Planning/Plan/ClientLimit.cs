namespace WsFanout.Planning.Plan;

/// <summary>How many clients one resource or setting carries.</summary>
/// <param name="Key">Of the JSON.</param>
/// <param name="Name">For people.</param>
/// <param name="Clients">Rounded down.</param>
/// <param name="Formula">How it was worked out, with its numbers.</param>
/// <param name="Binds">Whether clients are turned away there; else it is only a mark on the way.</param>
internal sealed record ClientLimit(string Key, string Name, long Clients, string Formula, bool Binds)
{
    /// <summary>Whether a plan that was not asked for a number of clients stays within it, though nobody is turned away there.</summary>
    public bool BoundsTarget { get; init; }
}
