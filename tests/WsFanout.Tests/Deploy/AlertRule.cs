using System.Text.RegularExpressions;

namespace WsFanout.Tests.Deploy;

/// <summary>One alert of a Prometheus rule file.</summary>
/// <param name="Name">What stands behind <c>alert:</c>.</param>
/// <param name="Expression">The PromQL text.</param>
/// <param name="For">How long the expression must hold, as written; empty when it fires at once.</param>
/// <param name="Severity">The label, or empty.</param>
/// <param name="Text">The rule as it stands in the file, annotations included.</param>
internal sealed partial record AlertRule(string Name, string Expression, string For, string Severity, string Text)
{
    // Aggregations stand here too, because a grouping list may come between them and their bracket.
    private static readonly HashSet<string> Keywords =
    [
        "and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset", "inf", "nan",
        "sum", "min", "max", "avg", "count", "group", "stddev", "stdvar", "topk", "bottomk", "quantile", "count_values",
    ];

    /// <summary>The metrics that the expression reads, each once.</summary>
    public IReadOnlyList<string> MetricNames => [.. NamesIn(Expression)];

    /// <summary>The server's metrics that the annotations send a reader to, each once.</summary>
    public IReadOnlyList<string> MetricsMentioned => [.. MentionedMetric().Matches(Text).Select(match => match.Value).Distinct()];

    /// <summary>Reads the alerts of a rule file, or of the plan's shorter list, in their order.</summary>
    public static IReadOnlyList<AlertRule> Parse(string yaml) =>
        [.. RuleStart().Split(yaml).Skip(1).Select(text => new AlertRule(
            text[..text.IndexOf('\n', StringComparison.Ordinal)].Trim(), Value(text, "expr"), Value(text, "for"), Value(text, "severity"), text))];

    private static IEnumerable<string> NamesIn(string expression) =>
        Identifier().Matches(NotAName().Replace(expression, " "))
            .Select(match => match.Value)
            .Where(name => !Keywords.Contains(name))
            .Distinct();

    private static string Value(string rule, string key) =>
        Regex.Match(rule, $@"^\s*{key}: *(.+)$", RegexOptions.Multiline).Groups[1].Value.Trim();

    [GeneratedRegex(@"^ *- alert: *", RegexOptions.Multiline)]
    private static partial Regex RuleStart();

    // Texts, label matchers, ranges, grouping lists, and functions with their bracket.
    [GeneratedRegex("""
        "[^"]*"|'[^']*'|\{[^}]*\}|\[[^\]]*\]|\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)|\b[a-z_]+\s*\(
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex NotAName();

    [GeneratedRegex(@"(?<![\w.:])[a-zA-Z_:][\w:]*")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\bws_[a-z_]+")]
    private static partial Regex MentionedMetric();
}
