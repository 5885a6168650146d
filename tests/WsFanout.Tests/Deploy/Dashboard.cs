using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace WsFanout.Tests.Deploy;

/// <summary>Reads what the repository gives to operators to look at: the dashboard, and the queries of the runbook.</summary>
internal static partial class Dashboard
{
    public const string Path = "deploy/grafana/wsfanout.json";

    public static JsonNode Json { get; } = JsonNode.Parse(RepositoryFiles.ReadText(Path))!;

    /// <summary>Every panel, those that rows hold included, rows too.</summary>
    public static IReadOnlyList<JsonNode> Panels { get; } = [.. Flatten(Json["panels"]!.AsArray())];

    /// <summary>Every query, in the order of the panels.</summary>
    public static IReadOnlyList<DashboardQuery> Read() =>
        [.. Panels.SelectMany(
            panel => panel["targets"]?.AsArray() ?? [],
            (panel, target) => new DashboardQuery(panel["title"]!.GetValue<string>(), target!["expr"]!.GetValue<string>()))];

    /// <summary>The queries of its annotations, which find something only while it happens.</summary>
    public static IReadOnlyList<DashboardQuery> Annotations() =>
        [.. Json["annotations"]!["list"]!.AsArray().Select(one => new DashboardQuery(one!["name"]!.GetValue<string>(), one["expr"]!.GetValue<string>()))];

    /// <summary>Every line of the runbook that is a query.</summary>
    public static IReadOnlyList<string> RunbookQueries() =>
        [.. QueryBlock().Matches(RepositoryFiles.ReadText("deploy/RUNBOOK.md")).SelectMany(match => match.Groups["lines"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))];

    private static IEnumerable<JsonNode> Flatten(JsonArray panels)
    {
        foreach (var panel in panels)
        {
            yield return panel!;
            foreach (var inner in Flatten(panel!["panels"]?.AsArray() ?? [])) yield return inner;
        }
    }

    [GeneratedRegex("^```promql\n(?<lines>(?:(?!```).*\n)+)```$", RegexOptions.Multiline)]
    private static partial Regex QueryBlock();
}
