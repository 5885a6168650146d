using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Half a core by a real quota, and more to do than it can: newcomers are sent away, the intake pauses and goes on, and nobody loses anything.</summary>
[Collection(GovernedTests.Name)]
public sealed class OverloadTests
{
    private const double Cores = 0.5;

    [FactInCgroup]
    public async Task More_messages_than_half_a_core_can_deliver_pause_the_intake_and_cost_nobody_a_message()
    {
        await using var run = await OverloadRun.StartAsync(Cores, crowd: 200, OverloadRun.OnTheStreamWay);
        var before = run.Changes.Count;

        await run.OverloadAsync();
        await Task.Delay(TimeSpan.FromSeconds(4));
        run.Load.PerSecond = 0;

        await run.CheckDeliveriesAsync();
        await run.WaitForStateAsync("normal", "it should come back by itself", TimeSpan.FromSeconds(40));
        await run.CheckStatesAsync();
        var most = LoadChange.MostInAMinute([.. run.Changes.Skip(before)]);
        Assert.True(most <= 4, $"{most} changes in a minute: {run.Story()}");
    }

    [FactInCgroup]
    public Task A_neighbour_that_comes_and_goes_every_three_seconds_costs_nobody_a_message_and_the_states_do_not_flap() =>
        SquareWave.RunAsync(Cores, cycles: 2);

    [FactInCgroup]
    public async Task What_the_stream_drops_while_overload_pauses_the_intake_is_announced_to_the_number()
    {
        await using var run = await OverloadRun.StartAsync(Cores, crowd: 0, ("JS_STREAM_MAX_AGE", "2s"));
        run.Load.PerSecond = 100;
        using var neighbour = run.StartNeighbour();

        await run.WaitForStateAsync("paused", "a neighbour should pause it", TimeSpan.FromSeconds(20));

        await Wait.UntilAsync(async () => await run.MetricAsync("ws_stream_lost_messages") > 400, "the stream should drop unread messages", TimeSpan.FromSeconds(40));
        neighbour.Quieten();
        await run.WaitForStateAsync("normal", "it should come back by itself", TimeSpan.FromSeconds(40));

        // Every message was either taken or is in a gap, and each client was told so: the checker holds them against what was stored.
        var stored = await run.CheckDeliveriesAsync(mayHaveGaps: true);
        await run.CheckStatesAsync();
        var missing = await run.MetricAsync("ws_stream_missing_messages_total");
        Assert.True(missing > 100, $"{missing} are missing: the pause was shorter than what the stream keeps");
        Assert.Equal(stored.Count, missing + await run.MetricAsync("ws_nats_messages_received_total"));
        foreach (var client in run.Clients) Assert.Equal(missing, client.Missed);
    }
}
