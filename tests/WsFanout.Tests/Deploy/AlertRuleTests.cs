namespace WsFanout.Tests.Deploy;

public sealed class AlertRuleTests
{
    private static readonly IReadOnlyList<AlertRule> Rules = AlertRule.Parse(RepositoryFiles.ReadText("deploy/prometheus/alerts.yml"));
    private static readonly IReadOnlyList<AlertRule> Plan = AlertRule.Parse(RepositoryFiles.ReadText("tests/WsFanout.Tests/Deploy/plan-alerts.txt"));

    [Fact]
    public void The_alerts_are_those_of_the_capacity_plan_with_its_waiting_times()
    {
        Assert.Equal(5, Plan.Count);
        Assert.Equal(Plan.Select(rule => (rule.Name, rule.For)), Rules.Select(rule => (rule.Name, rule.For)));
    }

    [Theory]
    [InlineData("HighConnectionCount", "warning")]
    [InlineData("HighCPU", "warning")]
    [InlineData("CPURejectThreshold", "critical")]
    [InlineData("ConnectionLimit", "critical")]
    [InlineData("ConnectionsRejected", "error")]
    public void An_alert_has_the_severity_that_the_plan_heads_it_with(string name, string severity)
    {
        Assert.Equal(severity, Assert.Single(Rules, rule => rule.Name == name).Severity);
    }

    [Fact]
    public void Every_metric_that_an_alert_reads_or_mentions_is_one_that_the_server_exports()
    {
        var exported = RepositoryFiles.ReadLines("tests/WsFanout.Tests/Deploy/metric-names.txt");

        Assert.All(Rules, rule => Assert.NotEmpty(rule.MetricNames));
        Assert.All(Rules.SelectMany(rule => rule.MetricNames.Concat(rule.MetricsMentioned)), name => Assert.Contains(name, exported));
    }

    [Fact]
    public void An_alert_reads_what_the_plan_reads_and_takes_limits_from_the_server()
    {
        foreach (var (rule, planned) in Rules.Zip(Plan))
        {
            Assert.Equal(planned.MetricNames, rule.MetricNames.Take(1));
            Assert.DoesNotContain("000", rule.Expression, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_alert_says_on_which_instance_and_what_to_look_at()
    {
        Assert.All(Rules, rule =>
        {
            Assert.Contains("summary: \"{{ $labels.instance }}", rule.Text, StringComparison.Ordinal);
            Assert.Contains("Look at", rule.Text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not()
    {
        var cases = RepositoryFiles.ReadText("deploy/prometheus/alerts_test.yml").Split("- alertname: ").Skip(1).ToList();

        Assert.All(Rules, rule =>
        {
            var own = cases.Where(text => text.StartsWith(rule.Name + "\n", StringComparison.Ordinal)).ToList();
            Assert.Contains(own, text => text.Contains("severity: " + rule.Severity, StringComparison.Ordinal));
            Assert.Contains(own, text => text.Contains("exp_alerts: []", StringComparison.Ordinal));
        });
    }

    [Theory]
    [InlineData("ws_a / ws_b > 0.8", "ws_a ws_b")]
    [InlineData("rate(ws_a_total{reason=\"ws_no\"}[5m]) > 0", "ws_a_total")]
    [InlineData("sum by (instance) (ws_a) and on (instance) ws_b offset 5m", "ws_a ws_b")]
    [InlineData("ws_a > 1e3 or ws_a < 5", "ws_a")]
    public void Metric_names_are_found_among_functions_labels_ranges_and_numbers(string expression, string names)
    {
        var rule = new AlertRule("A", expression, "", "", "");

        Assert.Equal(names.Split(' '), rule.MetricNames);
    }
}
