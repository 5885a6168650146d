using WsFanout.Fanout;
using WsFanout.Governor;

namespace WsFanout.Hosting;

/// <summary>What runs beside the flow at a steady pace: the CPU meter's readings, and a look whether every worker still moves.</summary>
internal sealed class Housekeeping(CpuMeter cpu, Workers workers, TimeSpan interval, TimeProvider time)
{
    private readonly StuckWatch _watch = new(TimeSpan.FromSeconds(30));

    /// <exception cref="InvalidOperationException">A worker is stuck.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            cpu.Sample();
            if (_watch.IsStuck(workers.BusyFor)) throw new InvalidOperationException($"a worker has been in one turn for {workers.BusyFor}");
        }
    }
}
