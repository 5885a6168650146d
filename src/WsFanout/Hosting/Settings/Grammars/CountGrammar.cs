using System.Globalization;

namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>A whole number, digits only.</summary>
internal sealed class CountGrammar(long min, long max) : RangedGrammar<long>(min, max)
{
    protected override string Noun => "a whole number";

    public override string Write(long value) => value.ToString(CultureInfo.InvariantCulture);

    protected override bool TryParse(string text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
