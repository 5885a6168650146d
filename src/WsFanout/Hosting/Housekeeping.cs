using WsFanout.Fanout;
using WsFanout.Governor;
using WsFanout.Governor.Meters;

namespace WsFanout.Hosting;

/// <summary>What runs beside the flow at a steady pace: readings of the meters, the governor's look at them, and a look whether every worker still moves.</summary>
internal sealed class Housekeeping(CpuMeter cpu, MemoryMeter memory, LoadGovernor governor, Workers workers, TimeSpan interval, TimeProvider time)
{
    private readonly StuckWatch _watch = new(TimeSpan.FromSeconds(30));

    /// <exception cref="InvalidOperationException">A worker is stuck.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            cpu.Sample();
            memory.Sample();
            governor.Look(new LoadReading(cpu.Percent, memory.Percent, IsLate: false));
            if (_watch.IsStuck(workers.BusyFor)) throw new InvalidOperationException($"a worker has been in one turn for {workers.BusyFor}");
        }
    }
}
