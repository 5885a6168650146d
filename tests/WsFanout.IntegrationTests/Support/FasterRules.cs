using System.Globalization;
using System.Text.RegularExpressions;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Alert rules with less patience: every <c>for</c> and every range is divided, nothing else is touched.</summary>
internal static partial class FasterRules
{
    /// <summary>A server needs about 25 s to be overloaded three times; the rule's 15 minutes become 45 s.</summary>
    public const int Factor = 20;

    /// <summary>An evaluation apart from the one that saw it first.</summary>
    private static readonly TimeSpan LeastFor = TimeSpan.FromSeconds(1);

    /// <summary>A range needs several scrapes to tell a rate, also when one comes late.</summary>
    private static readonly TimeSpan LeastRange = TimeSpan.FromSeconds(5);

    /// <param name="yaml">A rule file.</param>
    /// <exception cref="FormatException">A duration that is no whole number of s, m or h.</exception>
    public static string Of(string yaml) => Range().Replace(
        For().Replace(yaml, match => match.Groups["key"].Value + Shorter(match.Groups["time"].Value, LeastFor)),
        match => $"[{Shorter(match.Groups["time"].Value, LeastRange)}]");

    private static string Shorter(string duration, TimeSpan least)
    {
        var number = int.Parse(duration[..^1], CultureInfo.InvariantCulture);
        var given = duration[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            _ => throw new FormatException($"'{duration}' is not known here"),
        };
        var shorter = given / Factor > least ? given / Factor : least;
        return string.Create(CultureInfo.InvariantCulture, $"{shorter.TotalMilliseconds:0}ms");
    }

    [GeneratedRegex(@"^(?<key> *for: *)(?<time>\S+)$", RegexOptions.Multiline)]
    private static partial Regex For();

    [GeneratedRegex(@"\[(?<time>\w+)\]")]
    private static partial Regex Range();
}
