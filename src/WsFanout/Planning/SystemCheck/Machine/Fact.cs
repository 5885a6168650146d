namespace WsFanout.Planning.SystemCheck.Machine;

/// <summary>What the system says of one thing, or why it doesn't.</summary>
/// <param name="Value">Means nothing unless <paramref name="WhyNot"/> is null.</param>
/// <param name="WhyNot">A clause without a full stop.</param>
internal readonly record struct Fact<T>(T Value, string? WhyNot)
{
    public bool IsKnown => WhyNot is null;

    /// <summary>The same fact seen otherwise.</summary>
    public Fact<TOther> Then<TOther>(Func<T, Fact<TOther>> read) => WhyNot is null ? read(Value) : new(default!, WhyNot);
}
