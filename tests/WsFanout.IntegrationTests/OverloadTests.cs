using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>Half a core by a real quota, and more to do than it can: newcomers are sent away, the intake pauses and goes on, and nobody loses anything.</summary>
[Collection(HeavyTests.Name)]
public sealed class OverloadTests
{
    [FactInCgroup]
    public async Task More_messages_than_half_a_core_can_deliver_pause_the_intake_and_cost_nobody_a_message()
    {
        await using var run = await OverloadRun.StartAsync(cpuCores: 0.5, crowd: 200);
        var before = run.Changes.Count;

        run.Load.PerSecond = 1_000;
        await run.WaitForStateAsync("paused", "more than it can deliver should pause it", TimeSpan.FromSeconds(20));
        await Task.Delay(TimeSpan.FromSeconds(4));
        run.Load.PerSecond = 0;

        await run.CheckDeliveriesAsync();
        await run.WaitForStateAsync("normal", "it should come back by itself", TimeSpan.FromSeconds(40));
        await run.CheckStatesAsync();
        Assert.InRange(LoadChange.MostInAMinute([.. run.Changes.Skip(before)]), 1, 4);
    }
}
