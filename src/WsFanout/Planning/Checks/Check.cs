using WsFanout.Planning.Calibration;

namespace WsFanout.Planning.Checks;

/// <summary>One rule, worked out: what stands on either side of it.</summary>
/// <param name="Key">Of the JSON.</param>
/// <param name="Source">Whose rule it is.</param>
/// <param name="Rule">The rule by names; for the guide's first in its words.</param>
/// <param name="Unit">Of both sides.</param>
internal sealed record Check(string Key, string Source, string Rule, double Left, Relation Relation, double Right, string Unit)
{
    /// <summary>The guide's own words, where the rule is a translation.</summary>
    public string? Theirs { get; init; }

    public bool Passed => Relation == Relation.AtLeast ? !LoadModel.IsBelow(Left, Right) : !LoadModel.IsAbove(Left, Right);
}
