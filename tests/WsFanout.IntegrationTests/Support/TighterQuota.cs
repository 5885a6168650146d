using System.Diagnostics;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A load that a whole core carries easily and three tenths of one do not; then the quota is cut to those, and later given back.</summary>
internal static class TighterQuota
{
    private const double Before = 1.0;
    private const double Cut = 0.3;

    /// <returns>The states it went through and how long <c>/health</c> took at most, for people.</returns>
    public static async Task<string> RunAsync(TimeSpan time)
    {
        await using var run = await OverloadRun.StartAsync(Before, crowd: 150, OverloadRun.OnTheStreamWay);
        var perSecond = await FindNormalLoadAsync(run);
        Assert.Equal("normal", run.Watch.State);

        run.Cgroup.SetCpu(Cut);
        await Wait.UntilAsync(async () => await run.MetricAsync("ws_cpu_limit_cores") == Cut, "the new quota should be what counts");
        await run.WaitForStateAsync("paused", $"{perSecond} messages a second should be too many under the quota", TimeSpan.FromSeconds(30));
        await Task.Delay(time);
        Assert.True(await run.MetricAsync("ws_cpu_throttled_seconds_total") > 0, "the quota should have stopped it now and then");

        run.Cgroup.SetCpu(Before);
        await Wait.UntilAsync(async () => await run.MetricAsync("ws_cpu_limit_cores") == Before, "the old quota should count again");
        await run.WaitForStateAsync("normal", "it should come back by itself", TimeSpan.FromSeconds(60));
        await run.CheckDeliveriesAsync();
        await run.CheckStatesAsync();
        return run.Story();
    }

    /// <summary>Raises the load until the server is moderately busy by what it used of the core over some seconds. The first of them count for nothing: what it compiles makes it busy.</summary>
    private static async Task<int> FindNormalLoadAsync(OverloadRun run)
    {
        const double busy = 0.4;
        const double aim = 0.45;
        var started = Stopwatch.GetTimestamp();
        run.Load.PerSecond = 50;
        _ = await UsedAsync(run);
        while (await UsedAsync(run) is var used and < busy)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(90), $"the load should use {busy:P0} of a core; {run.Load.PerSecond} messages a second use {used:P0}");
            run.Load.PerSecond = (int)(run.Load.PerSecond * Math.Clamp(aim / used, 1.1, 2));
        }

        return run.Load.PerSecond;
    }

    /// <returns>Part of a core that the server has of late, at the present load.</returns>
    private static async Task<double> UsedAsync(OverloadRun run)
    {
        await Task.Delay(TimeSpan.FromSeconds(2));
        var (from, before) = (Stopwatch.GetTimestamp(), await run.MetricAsync("process_cpu_seconds_total"));
        await Task.Delay(TimeSpan.FromSeconds(4));
        return (await run.MetricAsync("process_cpu_seconds_total") - before) / Stopwatch.GetElapsedTime(from).TotalSeconds;
    }
}
