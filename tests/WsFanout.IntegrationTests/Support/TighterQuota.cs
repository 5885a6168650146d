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

    /// <summary>Raises the load until the server is moderately busy.</summary>
    private static async Task<int> FindNormalLoadAsync(OverloadRun run)
    {
        const double busyPercent = 40;
        var at = System.Diagnostics.Stopwatch.GetTimestamp();
        run.Load.PerSecond = 50;
        await Wait.UntilAsync(
            async () =>
            {
                var percent = await run.MetricAsync("ws_cpu_percent");
                if (System.Diagnostics.Stopwatch.GetElapsedTime(at) > TimeSpan.FromSeconds(1))
                {
                    run.Load.PerSecond += run.Load.PerSecond / 5;
                    at = System.Diagnostics.Stopwatch.GetTimestamp();
                }

                return percent > busyPercent;
            },
            $"the load should use {busyPercent} % of a core",
            TimeSpan.FromSeconds(40));
        return run.Load.PerSecond;
    }
}
