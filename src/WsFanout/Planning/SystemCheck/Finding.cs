namespace WsFanout.Planning.SystemCheck;

/// <summary>One thing that was looked at: what is needed, what is there, and what mends it.</summary>
/// <param name="Group">Part of the report it stands in, see <see cref="Groups"/>.</param>
/// <param name="Name">What was looked at: a stable word for scripts.</param>
/// <param name="Verdict">What it came to.</param>
internal sealed record Finding(string Group, string Name, Verdict Verdict)
{
    /// <summary>Which one of several, as an address; null where there is only one.</summary>
    public string? Subject { get; init; }

    public string? Needed { get; init; }

    public string? Found { get; init; }

    /// <summary>Why it matters, or what is wrong, in a sentence or two.</summary>
    public string? Detail { get; init; }

    /// <summary>Commands, or lines of a configuration; one of them is enough unless it says otherwise.</summary>
    public IReadOnlyList<string> Cure { get; init; } = [];
}
