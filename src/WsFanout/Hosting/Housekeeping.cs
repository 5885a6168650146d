using WsFanout.Fanout;
using WsFanout.Governor;
using WsFanout.Governor.Meters;
using WsFanout.Intake;

namespace WsFanout.Hosting;

/// <summary>What runs beside the flow at a steady pace: readings of the meters, the governor's look at them, and a look whether every worker still moves.</summary>
internal sealed class Housekeeping(
    LoadMeters meters, LoadGovernor governor, Workers workers, IMessageSource source, TimeSpan interval, TimeProvider time)
{
    private readonly StuckWatch _watch = new(TimeSpan.FromSeconds(30));
    private readonly GarbageDuty _garbage = new(time);

    /// <exception cref="InvalidOperationException">A worker is stuck.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        var order = default(GovernorOrder);
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            meters.Cpu.Sample();

            // Right before the reading, and after the clients that were shed have gone: garbage is no reason to send anybody away.
            if (order.Collect) _garbage.Collect();
            else _garbage.AfterCrowd(workers.JoinedCount);
            meters.Memory.Sample();
            var isLate = meters.Lateness.Sample() && !governor.Budget.IsCatchingUp && !source.IsBehind;
            order = governor.Look(new LoadReading(meters.Cpu.Percent, meters.Cpu.LatestPercent, meters.Memory.Percent, isLate, source.HeadroomSeconds, workers.ClientCount));
            if (order.ShedShare > 0) workers.Shed(order.ShedShare);
            if (_watch.IsStuck(workers.BusyFor)) throw new InvalidOperationException($"a worker has been in one turn for {workers.BusyFor}");
        }
    }
}
