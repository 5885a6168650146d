using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>Time: <c>250ms</c>, <c>30s</c>, <c>1m30s</c>, <c>1h</c>; a bare <c>0</c> needs no unit.</summary>
internal sealed partial class DurationGrammar(TimeSpan min, TimeSpan max) : RangedGrammar<TimeSpan>(min, max)
{
    /// <summary>Bounds in milliseconds, to keep the tables of settings readable.</summary>
    public DurationGrammar(long minMilliseconds, long maxMilliseconds)
        : this(TimeSpan.FromMilliseconds(minMilliseconds), TimeSpan.FromMilliseconds(maxMilliseconds))
    {
    }

    protected override string Noun => "a duration like 250ms, 30s, 1m30s or 1h,";

    public override string Write(TimeSpan value) => Text(value);

    /// <summary>The shortest exact writing, to the millisecond.</summary>
    public static string Text(TimeSpan value)
    {
        var text = new StringBuilder();
        Append(text, (long)value.TotalHours, "h");
        Append(text, value.Minutes, "m");
        Append(text, value.Seconds, "s");
        Append(text, value.Milliseconds, "ms");
        return text.Length == 0 ? "0" : text.ToString();
    }

    protected override bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        if (text == "0")
        {
            return true;
        }

        var match = Parts().Match(text);
        if (!match.Success)
        {
            return false;
        }

        value = TimeSpan.FromMilliseconds(
            (Part(match, "h") * 3_600_000) + (Part(match, "m") * 60_000) + (Part(match, "s") * 1000) + Part(match, "ms"));
        return true;
    }

    private static long Part(Match match, string unit) =>
        match.Groups[unit].Success ? long.Parse(match.Groups[unit].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    private static void Append(StringBuilder text, long count, string unit)
    {
        if (count != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{count}{unit}");
        }
    }

    // Eight digits of hours and nine of the rest keep the sum far from the end of TimeSpan.
    [GeneratedRegex(@"\A(?=[0-9])(?:(?<h>[0-9]{1,8})h)?(?:(?<m>[0-9]{1,9})m(?!s))?(?:(?<s>[0-9]{1,9})s)?(?:(?<ms>[0-9]{1,9})ms)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Parts();
}
