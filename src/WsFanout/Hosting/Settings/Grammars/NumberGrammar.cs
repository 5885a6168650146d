using System.Globalization;

namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>A number with an optional decimal point: cores, percentages.</summary>
internal sealed class NumberGrammar(double min, double max) : RangedGrammar<double>(min, max)
{
    protected override string Noun => "a number";

    public override string Write(double value) => Text(value);

    /// <summary>At most six decimals, never an exponent.</summary>
    public static string Text(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    protected override bool TryParse(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}
