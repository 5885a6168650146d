namespace WsFanout.Planning.Profiles;

/// <summary>Settings for one purpose.</summary>
/// <param name="Name">For <c>--profile</c>.</param>
/// <param name="Purpose">One sentence.</param>
/// <param name="Lines">What differs from the defaults.</param>
internal sealed record Profile(string Name, string Purpose, IReadOnlyList<ProfileLine> Lines)
{
    /// <summary>Percent of the CPU that it aims at; null: the usual.</summary>
    public double? TargetUtilisation { get; init; }
}
