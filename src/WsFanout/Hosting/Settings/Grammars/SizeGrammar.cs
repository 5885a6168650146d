using System.Globalization;

namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>Bytes: <c>131072</c>, <c>128KB</c>, <c>50MB</c>, <c>1GB</c>, each unit 1024 of the one before.</summary>
internal sealed class SizeGrammar(long min, long max) : RangedGrammar<long>(min, max)
{
    private static readonly (string Unit, int Shift)[] Units = [("GB", 30), ("MB", 20), ("KB", 10)];

    protected override string Noun => "bytes, KB, MB or GB";

    public override string Write(long value) => Text(value);

    /// <summary>The shortest exact writing: <c>1792MB</c>, <c>52428801</c>.</summary>
    public static string Text(long bytes)
    {
        foreach (var (unit, shift) in Units)
        {
            if (bytes != 0 && bytes % (1L << shift) == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{bytes >> shift}{unit}");
            }
        }

        return bytes.ToString(CultureInfo.InvariantCulture);
    }

    protected override bool TryParse(string text, out long value)
    {
        var digits = text.AsSpan();
        var shift = 0;
        foreach (var (unit, unitShift) in Units)
        {
            if (digits.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                digits = digits[..^unit.Length];
                shift = unitShift;
                break;
            }
        }

        var isNumber = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count);
        value = count << shift;
        return isNumber && value >> shift == count;
    }
}
