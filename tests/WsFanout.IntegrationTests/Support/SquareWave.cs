namespace WsFanout.IntegrationTests.Support;

/// <summary>A small load of messages, and a neighbour in the same cgroup that takes all the CPU for three seconds and then none for three.</summary>
internal static class SquareWave
{
    private static readonly TimeSpan HalfPeriod = TimeSpan.FromSeconds(3);

    /// <returns>The states it went through, for people.</returns>
    public static async Task<string> RunAsync(double cores, int cycles, params (string Name, string Value)[] variables)
    {
        await using var run = await OverloadRun.StartAsync(cores, crowd: 0, variables);
        run.Load.PerSecond = 100;
        using var neighbour = run.StartNeighbour();
        var before = run.Changes.Count;
        for (var cycle = 0; cycle < cycles; cycle++)
        {
            neighbour.Wake();
            await Task.Delay(HalfPeriod);
            neighbour.Quieten();
            await Task.Delay(HalfPeriod);
        }

        // What follows is no wave: the way back to normal may come on top.
        var during = run.Changes.Skip(before).ToArray();
        await run.WaitForStateAsync("normal", "it should come back by itself", TimeSpan.FromSeconds(40));
        await run.CheckDeliveriesAsync();
        await run.CheckStatesAsync();
        var story = run.Story();
        Assert.True(LoadChange.MostInAMinute(during) is >= 1 and <= 4, story);
        return story;
    }
}
