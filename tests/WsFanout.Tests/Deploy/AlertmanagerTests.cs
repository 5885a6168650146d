using System.Text.RegularExpressions;

namespace WsFanout.Tests.Deploy;

/// <summary>Where alerts go: what Alertmanager is told fits the rules.</summary>
public sealed class AlertmanagerTests
{
    private static readonly string Config = RepositoryFiles.ReadText("deploy/alertmanager/alertmanager.yml");

    private static readonly IReadOnlyList<AlertRule> Rules = [.. AlertRule.Files.SelectMany(file => AlertRule.Parse(RepositoryFiles.ReadText(file)))];

    [Fact]
    public void Every_severity_and_action_of_the_rules_has_its_route()
    {
        var routed = Regex.Matches(Config, """^ +- matchers: \[(\w+) = "([\w-]+)"\]$""", RegexOptions.Multiline).Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}");
        var used = Rules.Select(rule => $"severity {rule.Severity}").Concat(Rules.Where(rule => rule.Action.Length > 0).Select(rule => $"action {rule.Action}"));

        Assert.Equal(used.Distinct().Order(), routed.Order());
    }

    [Fact]
    public void Nothing_is_sent_anywhere_before_somebody_says_where()
    {
        var inForce = Regex.Replace(Config, "^ *#.*\n", "", RegexOptions.Multiline);

        Assert.DoesNotMatch("_configs|://", inForce);
        Assert.All(
            Regex.Matches(inForce, "receiver: (.+)").Select(match => match.Groups[1].Value),
            receiver => Assert.Contains($"\n  - name: {receiver}\n", inForce, StringComparison.Ordinal));
    }

    [Fact]
    public void Those_that_are_told_once_are_those_with_two_severities()
    {
        var named = Regex.Match(Config, @"two severities \(([^)]+)\)").Groups[1].Value.Split(", ");

        Assert.Equal(Rules.GroupBy(rule => rule.Name).Where(rules => rules.Count() > 1).Select(rules => rules.Key).Order(), named.Order());
        Assert.Contains("equal: [alertname, instance]", Config, StringComparison.Ordinal);
    }

    [Fact]
    public void Prometheus_loads_every_rule_file_and_knows_the_Alertmanager_of_the_composition()
    {
        var prometheus = RepositoryFiles.ReadText("deploy/prometheus/prometheus.yml");

        Assert.Equal(AlertRule.Files.Select(Path.GetFileName), Regex.Matches(prometheus, @"^  - (alerts\S*)$", RegexOptions.Multiline).Select(match => match.Groups[1].Value));
        Assert.Contains("targets: [\"alertmanager:9093\"]", prometheus, StringComparison.Ordinal);
        Assert.Contains("\n  alertmanager:\n", RepositoryFiles.ReadText("docker-compose.yml"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_rules_that_name_the_job_name_that_of_the_scrape_configuration()
    {
        var job = Regex.Match(RepositoryFiles.ReadText("deploy/prometheus/prometheus.yml"), @"job_name: (\S+)").Groups[1].Value;

        Assert.Equal(["ServerDown", "NoServers"], Rules.Where(rule => rule.Expression.Contains($"job=\"{job}\"", StringComparison.Ordinal)).Select(rule => rule.Name));
    }

    [Fact]
    public void All_files_of_rules_are_checked_with_the_tests()
    {
        var script = RepositoryFiles.ReadText("scripts/test.sh");

        Assert.All(AlertRule.Files, file =>
        {
            Assert.Matches($@"check rules .*{Regex.Escape(file)}", script);
            Assert.Matches($@"test rules .*{Regex.Escape(file.Replace(".yml", "_test.yml", StringComparison.Ordinal))}", script);
        });
    }
}
