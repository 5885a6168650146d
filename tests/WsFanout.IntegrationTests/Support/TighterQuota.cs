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

    /// <summary>Raises the load until the server is moderately busy and stays so: what it compiles at its start makes it busy for a moment.</summary>
    private static async Task<int> FindNormalLoadAsync(OverloadRun run)
    {
        const double busyPercent = 40;
        var (raisedAt, busySince) = (Stopwatch.GetTimestamp(), 0L);
        run.Load.PerSecond = 50;
        await Wait.UntilAsync(
            async () =>
            {
                if (await run.MetricAsync("ws_cpu_percent") > busyPercent)
                {
                    if (busySince == 0) busySince = Stopwatch.GetTimestamp();
                    return Stopwatch.GetElapsedTime(busySince) > TimeSpan.FromSeconds(4);
                }

                busySince = 0;
                if (Stopwatch.GetElapsedTime(raisedAt) < TimeSpan.FromSeconds(1)) return false;
                run.Load.PerSecond += run.Load.PerSecond / 5;
                raisedAt = Stopwatch.GetTimestamp();
                return false;
            },
            () => $"the load should use {busyPercent} % of a core for some seconds; it is {run.Load.PerSecond} messages a second",
            TimeSpan.FromSeconds(90));
        return run.Load.PerSecond;
    }
}
