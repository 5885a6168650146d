using System.Globalization;

namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>So many a second: <c>10</c>, <c>0.5</c>, <c>10/s</c>, and where 0 means something else, <c>unlimited</c>.</summary>
internal sealed class RateGrammar(double min, double max) : RangedGrammar<double>(min, max)
{
    private const string NoLimit = "unlimited";

    /// <summary>Accept the word <c>unlimited</c>; it reads as positive infinity.</summary>
    public bool TakesUnlimited { get; init; }

    public override string Expected => TakesUnlimited ? $"{base.Expected}, or {NoLimit}" : base.Expected;

    protected override string Noun => "a number a second";

    public override Reading<double> Read(string text) =>
        TakesUnlimited && text.Equals(NoLimit, StringComparison.OrdinalIgnoreCase)
            ? Reading<double>.Of(double.PositiveInfinity)
            : base.Read(text);

    public override string Write(double value) => double.IsInfinity(value) ? NoLimit : NumberGrammar.Text(value);

    protected override bool TryParse(string text, out double value)
    {
        var digits = text.EndsWith("/s", StringComparison.Ordinal) ? text.AsSpan()[..^2] : text;
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }
}
