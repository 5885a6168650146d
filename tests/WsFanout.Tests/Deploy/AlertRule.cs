using System.Text.RegularExpressions;

namespace WsFanout.Tests.Deploy;

/// <summary>One alert of a Prometheus rule file.</summary>
/// <param name="Name">What stands behind <c>alert:</c>.</param>
/// <param name="Expression">The PromQL text.</param>
/// <param name="For">How long the expression must hold, as written; empty when it fires at once.</param>
/// <param name="Severity">The label, or empty.</param>
/// <param name="Action">The label, or empty.</param>
/// <param name="Text">The rule as it stands in the file, annotations included.</param>
internal sealed partial record AlertRule(string Name, string Expression, string For, string Severity, string Action, string Text)
{
    /// <summary>The rule files of the repository, the plan's first.</summary>
    public static readonly IReadOnlyList<string> Files = ["deploy/prometheus/alerts.yml", "deploy/prometheus/alerts-operation.yml", "deploy/prometheus/alerts-clients.yml"];

    /// <summary>What Prometheus itself says of a target.</summary>
    public const string Up = "up";

    // Aggregations stand here too, because a grouping list may come between them and their bracket.
    private static readonly HashSet<string> Keywords =
    [
        "and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset", "inf", "nan",
        "sum", "min", "max", "avg", "count", "group", "stddev", "stdvar", "topk", "bottomk", "quantile", "count_values",
    ];

    /// <summary>The metrics that the expression reads, each once, a histogram by its own name.</summary>
    public IReadOnlyList<string> MetricNames => [.. NamesIn(Expression).Select(Family).Distinct()];

    /// <summary>The server's metrics that the annotations send a reader to, each once.</summary>
    public IReadOnlyList<string> MetricsMentioned => [.. MentionedMetric().Matches(Text).Select(match => Family(match.Value)).Distinct()];

    /// <summary>The values of the labels <c>reason</c> and <c>outcome</c> that the expression picks, each once, behind its metric: <c>ws_gaps_total slow</c>.</summary>
    public IReadOnlyList<string> Picked =>
        [.. LabelMatcher().Matches(Expression).SelectMany(match => match.Groups["values"].Value.Split('|').Select(value => $"{match.Groups["metric"].Value} {value}")).Distinct()];

    /// <summary>Where the annotation <c>runbook_url</c> leads, or empty.</summary>
    public string Runbook => Value(Text, "runbook_url");

    /// <summary>Reads the alerts of a rule file, or of the plan's shorter list, in their order.</summary>
    public static IReadOnlyList<AlertRule> Parse(string yaml) =>
        [.. RuleStart().Split(yaml).Skip(1).Select(text => new AlertRule(
            text[..text.IndexOf('\n', StringComparison.Ordinal)].Trim(), Value(text, "expr"), Value(text, "for"), Value(text, "severity"), Value(text, "action"), text))];

    private static string Family(string series) => HistogramSuffix().Replace(series, "");

    private static IEnumerable<string> NamesIn(string expression) =>
        Identifier().Matches(NotAName().Replace(expression, " "))
            .Select(match => match.Value)
            .Where(name => !Keywords.Contains(name))
            .Distinct();

    // On the line of its key, or folded below it (`>-`), one column or more deeper.
    private static string Value(string rule, string key)
    {
        var match = Regex.Match(rule, $@"^(?<indent> *){key}: *(?:>-\n(?<folded>(?:\k<indent> +\S.*\n)+)|(?<plain>.+)$)", RegexOptions.Multiline);
        return match.Groups["folded"].Success
            ? string.Join(' ', match.Groups["folded"].Value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            : match.Groups["plain"].Value.Trim();
    }

    [GeneratedRegex(@"^ *- alert: *", RegexOptions.Multiline)]
    private static partial Regex RuleStart();

    // Texts, label matchers, ranges, grouping lists, and functions with their bracket.
    [GeneratedRegex("""
        "[^"]*"|'[^']*'|\{[^}]*\}|\[[^\]]*\]|\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)|\b[a-z_]+\s*\(
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex NotAName();

    [GeneratedRegex(@"(?<![\w.:])[a-zA-Z_:][\w:]*")]
    private static partial Regex Identifier();

    [GeneratedRegex("""(?<metric>\w+)\{(?:reason|outcome)=~?"(?<values>[^"]*)"\}""")]
    private static partial Regex LabelMatcher();

    [GeneratedRegex("_(?:bucket|count|sum)$")]
    private static partial Regex HistogramSuffix();

    [GeneratedRegex(@"\bws_[a-z_]+")]
    private static partial Regex MentionedMetric();
}
