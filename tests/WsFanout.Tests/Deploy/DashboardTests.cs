using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace WsFanout.Tests.Deploy;

/// <summary>The dashboard's form; what its queries find is asked of a live server.</summary>
public sealed class DashboardTests
{
    private static readonly string[] Rows =
        ["At a glance", "Traffic", "Latency", "CPU and memory", "Queues and slow clients", "Intake", "Resumes and gaps", "Refusals and disconnects", "Publishing"];

    [Fact]
    public void It_has_its_rows()
    {
        Assert.Equal(Rows, Dashboard.Panels.Where(panel => Type(panel) == "row").Select(Title));
    }

    [Fact]
    public void Ids_and_titles_are_unique_and_every_panel_says_what_it_shows()
    {
        Assert.Distinct(Dashboard.Panels.Select(panel => panel["id"]!.GetValue<int>()));
        Assert.Distinct(Dashboard.Panels.Where(panel => Type(panel) != "row").Select(Title).Concat(Rows.Select(row => "row " + row)));
        Assert.All(Dashboard.Panels.Where(panel => Type(panel) != "row"), panel => Assert.NotEmpty(panel["description"]!.GetValue<string>()));
    }

    [Fact]
    public void Every_query_is_of_the_servers_and_the_Prometheus_that_were_chosen()
    {
        Assert.All(Dashboard.Panels.Where(panel => Type(panel) != "row"), panel => Assert.Equal("${datasource}", panel["datasource"]!["uid"]!.GetValue<string>()));
        Assert.All(Dashboard.Read(), query =>
        {
            var metrics = Regex.Count(query.Text, @"\b(?:ws|process)_\w+");
            Assert.Equal(metrics, Regex.Count(query.Text, """\b(?:ws|process)_\w+\{job=~"\$job", instance=~"\$instance"[,}]"""));
        });
        Assert.Equal(["datasource", "job", "instance"], Dashboard.Json["templating"]!["list"]!.AsArray().Select(variable => variable!["name"]!.GetValue<string>()));
    }

    [Fact]
    public void Panels_stand_beside_and_below_each_other()
    {
        var taken = new HashSet<(int, int)>();

        Assert.All(Dashboard.Panels, panel =>
        {
            var (x, y, w, h) = (At(panel, "x"), At(panel, "y"), At(panel, "w"), At(panel, "h"));
            Assert.InRange(x + w, 1, 24);
            for (var column = x; column < x + w; column++)
            {
                for (var row = y; row < y + h; row++) Assert.True(taken.Add((column, row)), $"{Title(panel)} stands on another panel");
            }
        });
    }

    [Fact]
    public void The_list_of_what_its_queries_found_is_of_these_queries()
    {
        var rows = Regex.Matches(RepositoryFiles.ReadText("deploy/grafana/QUERIES.md"), @"^\| (?<panel>[^|]+) \| `(?<query>.+)` \| [1-9]\d* \| \d+ \|$", RegexOptions.Multiline)
            .Select(match => new DashboardQuery(match.Groups["panel"].Value, match.Groups["query"].Value.Replace("\\|", "|", StringComparison.Ordinal)));

        Assert.Equal(Dashboard.Read(), rows);
    }

    [Fact]
    public void What_provisioning_names_is_where_the_composition_puts_it()
    {
        var compose = RepositoryFiles.ReadText("docker-compose.yml");
        var folder = Regex.Match(RepositoryFiles.ReadText("deploy/grafana/provisioning/dashboards/wsfanout.yml"), @"path: (\S+)").Groups[1].Value;
        var source = Regex.Match(RepositoryFiles.ReadText("deploy/grafana/provisioning/datasources/prometheus.yml"), @"url: http://(\w+):(\d+)");

        Assert.Contains($"./{Dashboard.Path}:{folder}/wsfanout.json:ro", compose, StringComparison.Ordinal);
        Assert.Contains($"\n  {source.Groups[1].Value}:\n", compose, StringComparison.Ordinal);
        Assert.Contains($":{source.Groups[2].Value}\"", compose, StringComparison.Ordinal);
    }

    private static string Type(JsonNode panel) => panel["type"]!.GetValue<string>();

    private static string Title(JsonNode panel) => panel["title"]!.GetValue<string>();

    private static int At(JsonNode panel, string side) => panel["gridPos"]![side]!.GetValue<int>();
}
