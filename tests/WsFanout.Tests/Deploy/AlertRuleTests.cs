using WsFanout.Clients;
using WsFanout.Governor.Entry;
using WsFanout.Telemetry;

namespace WsFanout.Tests.Deploy;

public sealed class AlertRuleTests
{
    /// <summary>What tells that there is none.</summary>
    private const string NoInstance = "NoServers";

    private static readonly IReadOnlyList<AlertRule> Rules = AlertRule.Parse(RepositoryFiles.ReadText(AlertRule.Files[0]));

    /// <summary>Those beyond the plan, of both files.</summary>
    private static readonly IReadOnlyList<AlertRule> Operation = [.. AlertRule.Files.Skip(1).SelectMany(file => AlertRule.Parse(RepositoryFiles.ReadText(file)))];

    private static readonly IReadOnlyList<AlertRule> Plan = AlertRule.Parse(RepositoryFiles.ReadText("tests/WsFanout.Tests/Deploy/plan-alerts.txt"));

    public static TheoryData<string> Files => [.. AlertRule.Files];

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
    public void The_alerts_beyond_the_plan_take_none_of_its_names_and_have_its_severities()
    {
        Assert.Empty(Operation.Select(rule => rule.Name).Intersect(Rules.Select(rule => rule.Name)));
        Assert.Distinct(Operation.Select(rule => (rule.Name, rule.Severity)));
        Assert.All(Operation, rule => Assert.Contains(rule.Severity, Rules.Select(one => one.Severity)));
    }

    [Fact]
    public void Another_instance_is_asked_for_by_the_alerts_that_it_answers()
    {
        var asking = Rules.Concat(Operation).Where(rule => rule.Action.Length > 0).ToList();

        Assert.Equal(["HighConnectionCount", "HighCPU", "CPURejectThreshold", "ConnectionLimit", "ScaleOutNow", "QueueFilling", "RefusalRatio", "IntakePaused"], asking.Select(rule => rule.Name));
        Assert.All(asking, rule => Assert.Equal("scale-out", rule.Action));
    }

    [Fact]
    public void Every_reason_or_outcome_that_an_alert_picks_is_one_that_the_server_counts()
    {
        var picked = Rules.Concat(Operation).SelectMany(rule => rule.Picked).ToList();
        string[] counted =
        [
            .. Refusal.All.Select(refusal => $"ws_connections_rejected_total {refusal.Word}"),
            .. CloseReason.All.Select(reason => $"ws_disconnects_total {reason.Label}"),
            .. ClientMetrics.GapReasons.Select(reason => $"ws_gaps_total {reason}"),
            .. IntakeMetrics.SkipReasons.Select(reason => $"ws_stream_skipped_total {reason}"),
            .. PublishMetrics.Outcomes.Select(outcome => $"ws_publish_requests_total {outcome}"),
        ];

        Assert.NotEmpty(picked);
        Assert.All(picked, one => Assert.Contains(one, counted));
    }

    [Fact]
    public void Every_metric_that_an_alert_reads_or_mentions_is_one_that_the_server_exports()
    {
        var exported = RepositoryFiles.ReadLines("tests/WsFanout.Tests/Deploy/metric-names.txt");

        Assert.All(Rules.Concat(Operation), rule => Assert.NotEmpty(rule.MetricNames));
        Assert.All(Rules.Concat(Operation).SelectMany(rule => rule.MetricNames.Concat(rule.MetricsMentioned)), name => Assert.Contains(name, exported.Append(AlertRule.Up)));
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
        Assert.All(Rules.Concat(Operation), rule =>
        {
            if (rule.Name != NoInstance) Assert.Matches("summary: \".*\\{\\{ \\$labels.instance }}", rule.Text);
            Assert.Contains("Look at", rule.Text, StringComparison.Ordinal);
        });
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not(string file)
    {
        var rules = AlertRule.Parse(RepositoryFiles.ReadText(file));
        var cases = RepositoryFiles.ReadText(file.Replace(".yml", "_test.yml", StringComparison.Ordinal)).Split("- alertname: ").Skip(1).ToList();

        Assert.NotEmpty(rules);
        Assert.All(rules, rule =>
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
    [InlineData("histogram_quantile(0.5, rate(ws_a_bucket[5m])) > 5 and rate(ws_a_count[5m]) > 1", "ws_a")]
    public void Metric_names_are_found_among_functions_labels_ranges_and_numbers(string expression, string names)
    {
        var rule = new AlertRule("A", expression, "", "", "", "");

        Assert.Equal(names.Split(' '), rule.MetricNames);
    }

    [Fact]
    public void An_expression_is_read_whole_though_it_is_folded_over_lines()
    {
        var rule = Assert.Single(AlertRule.Parse("- alert: A\n  # Why.\n  expr: >-\n    ws_a{reason=~\"b|c\"}\n    > 1\n  for: 1m\n"));

        Assert.Equal("ws_a{reason=~\"b|c\"} > 1", rule.Expression);
        Assert.Equal(["ws_a b", "ws_a c"], rule.Picked);
        Assert.Equal("1m", rule.For);
    }
}
