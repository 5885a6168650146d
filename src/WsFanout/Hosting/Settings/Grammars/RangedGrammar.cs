namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>A quantity between two bounds, both included, and possibly zero with a meaning of its own.</summary>
internal abstract class RangedGrammar<T>(T min, T max) : Grammar<T>
    where T : struct, IComparable<T>
{
    /// <summary>What 0 means. Null: 0 is a quantity like any other.</summary>
    public string? Zero { get; init; }

    public override string? ZeroMeaning => Zero;

    public override string Expected =>
        $"{Noun} from {Write(min)} to {Write(max)}{(Zero is null ? "" : $", or 0 ({Zero})")}";

    protected abstract string Noun { get; }

    public override Reading<T> Read(string text)
    {
        if (!TryParse(text, out var value))
        {
            return Reading<T>.Wrong();
        }

        var inside = value.CompareTo(min) >= 0 && value.CompareTo(max) <= 0;
        return inside || (Zero is not null && value.CompareTo(default) == 0) ? Reading<T>.Of(value) : Reading<T>.Wrong();
    }

    protected abstract bool TryParse(string text, out T value);
}
