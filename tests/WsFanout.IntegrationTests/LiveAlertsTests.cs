using WsFanout.IntegrationTests.LiveAlerts;
using WsFanout.IntegrationTests.Support;
using WsFanout.Tests.Deploy;

namespace WsFanout.IntegrationTests;

/// <summary>The real rules in a real Prometheus before live servers: each alert fires when its condition is brought about, and is gone when that ends.</summary>
public sealed class LiveAlertsTests(LiveAlertsStage stage) : IClassFixture<LiveAlertsStage>
{
    [FactWith("prometheus", "prometheus")]
    public Task A_server_without_a_free_place_is_told_by_connections_tasks_and_refusals() => stage.RunAsync("crowded");

    [FactWith("prometheus", "prometheus")]
    public Task A_server_short_of_CPU_is_told_before_and_when_it_refuses() => stage.RunAsync("busy");

    [FactWith("prometheus", "prometheus")]
    public Task A_server_short_of_memory_is_told() => stage.RunAsync("large");

    [FactWith("prometheus", "prometheus")]
    public Task A_server_whose_descriptors_are_taken_by_idle_connections_is_told() => stage.RunAsync("cramped");

    [FactWith("prometheus", "prometheus")]
    public Task A_server_whose_worker_does_not_keep_up_is_told_in_two_steps() => stage.RunAsync("behind");

    [FactWith("prometheus", "prometheus")]
    public Task A_pause_is_told_and_then_that_the_stream_will_not_keep_much_longer_what_is_unread() => stage.RunAsync("paused");

    [FactWith("prometheus", "prometheus")]
    public Task A_server_that_is_overloaded_three_times_over_asks_for_another_one() => stage.RunAsync("unsteady");

    [FactWith("prometheus", "prometheus")]
    public Task A_lost_broker_is_told() => stage.RunAsync("orphaned");

    [FactWith("prometheus", "prometheus")]
    public Task A_stream_that_is_gone_though_the_broker_is_there_is_told() => stage.RunAsync("detached");

    [FactWith("prometheus", "prometheus")]
    public Task Messages_that_were_never_read_and_those_that_are_no_channel_are_told() => stage.RunAsync("losing");

    [FactWith("prometheus", "prometheus")]
    public Task Messages_that_have_grown_old_in_the_stream_are_told() => stage.RunAsync("aging");

    [FactWith("prometheus", "prometheus")]
    public Task A_client_that_is_served_much_later_than_the_others_is_told() => stage.RunAsync("uneven");

    [FactWith("prometheus", "prometheus")]
    public Task A_server_that_serves_everybody_late_is_told() => stage.RunAsync("late");

    [FactWith("prometheus", "prometheus")]
    public Task Clients_that_take_nothing_are_told() => stage.RunAsync("stuck-clients");

    [FactWith("prometheus", "prometheus")]
    public Task Gaps_that_clients_are_told_of_are_told() => stage.RunAsync("forgetful");

    [FactWith("prometheus", "prometheus")]
    public Task Clients_that_are_gone_all_at_once_are_told() => stage.RunAsync("deserted");

    [FactWith("prometheus", "prometheus")]
    public Task A_crowd_that_is_not_accepted_is_told() => stage.RunAsync("besieged");

    [FactWith("prometheus", "prometheus")]
    public Task A_backlog_that_overflows_is_told() => stage.RunAsync(OverflowingServer.Name);

    [FactWith("prometheus", "prometheus")]
    public Task A_certificate_that_ends_is_told_in_two_steps() => stage.RunAsync("expiring");

    [FactWith("prometheus", "prometheus")]
    public Task A_Prometheus_that_knows_of_no_server_says_so() => stage.RunAsync("unwatched");

    [FactWith("prometheus", "prometheus")]
    public async Task Every_query_of_the_dashboard_finds_data_on_a_server_with_traffic()
    {
        await stage.RunAsync(VisitedServer.Name);
        var answers = stage.Scenarios.OfType<VisitedServer>().Single().Answers;

        await File.WriteAllTextAsync(Path.Combine(AppContext.BaseDirectory, "dashboard-queries.md"), QueryAnswer.Table(answers));

        Assert.Equal(Dashboard.Read().Count, answers.Count);
        Assert.DoesNotContain(answers, answer => answer.Series == 0 && !answer.Query.DependsOnTheMachine);
    }

    [FactWith("prometheus", "prometheus")]
    public async Task Every_rule_and_every_query_of_the_runbook_is_accepted_and_what_it_compares_finds_data()
    {
        await Task.WhenAll(stage.Scenarios.Select(scenario => stage.RunAsync(scenario.Instance)));
        var rules = AlertRule.Files.SelectMany(file => AlertRule.Parse(RepositoryFiles.ReadText(file))).Select(rule => rule.Expression);
        var queries = rules.Concat(Dashboard.RunbookQueries()).Distinct().ToList();

        Assert.NotEmpty(queries);
        foreach (var annotation in Dashboard.Annotations()) await stage.Prometheus.QueryAsync(annotation.For(".*", "1m"));
        foreach (var query in queries)
        {
            // Accepted: an error of Prometheus is an exception here.
            await stage.Prometheus.QueryAsync(query);
            foreach (var part in Comparison.LeftSides(query))
            {
                // Series, numbers or not: at the end nobody is there any more to divide by.
                Assert.True((await stage.Prometheus.QueryAsync($"count({part})")).Count > 0 || new DashboardQuery("", part).DependsOnTheMachine, $"{part} of {query} finds nothing");
            }
        }
    }

    [FactWith("prometheus", "prometheus")]
    public async Task Nothing_fires_beside_what_was_brought_about()
    {
        await Task.WhenAll(stage.Scenarios.Select(scenario => stage.RunAsync(scenario.Instance)));

        Assert.Equal(
            stage.Scenarios.SelectMany(scenario => scenario.Alerts, (scenario, alert) => (scenario.Instance, alert)).Order(),
            stage.EverFired.Order());
    }

    [Fact]
    public void Every_rule_has_its_scenario()
    {
        var broughtAbout = stage.Scenarios.SelectMany(scenario => scenario.Alerts).Select(alert => string.Join(' ', alert.Split(' ').Take(2)));
        var rules = AlertRule.Files.SelectMany(file => AlertRule.Parse(RepositoryFiles.ReadText(file)));

        Assert.Equal(rules.Select(rule => $"{rule.Name} {rule.Severity}").Order(), broughtAbout.Distinct().Order());
    }
}
