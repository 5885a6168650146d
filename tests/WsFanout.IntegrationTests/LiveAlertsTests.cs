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
    public async Task Nothing_fires_beside_what_was_brought_about()
    {
        await Task.WhenAll(stage.Scenarios.Select(scenario => stage.RunAsync(scenario.Instance)));

        Assert.Equal(
            stage.Scenarios.SelectMany(scenario => scenario.Alerts, (scenario, alert) => (scenario.Instance, alert)).Order(),
            stage.Prometheus.EverFired.Order());
    }

    [Fact]
    public void Every_rule_has_its_scenario()
    {
        var broughtAbout = stage.Scenarios.SelectMany(scenario => scenario.Alerts).Select(alert => string.Join(' ', alert.Split(' ').Take(2)));
        var rules = AlertRule.Files.SelectMany(file => AlertRule.Parse(RepositoryFiles.ReadText(file)));

        Assert.Equal(rules.Select(rule => $"{rule.Name} {rule.Severity}").Order(), broughtAbout.Distinct().Order());
    }
}
