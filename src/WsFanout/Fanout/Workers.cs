
namespace WsFanout.Fanout;

/// <summary>All workers of the process: starts them, gives each connection to the one with the fewest clients, drains and stops them.</summary>
internal sealed class Workers : IDisposable
{
    private readonly Worker[] _workers;

    public Workers(WorkersSetup setup, Ring ring, ILoggerFactory loggers)
    {
        _workers = [.. Enumerable.Range(0, setup.Fanout.WorkerThreads).Select(number => new Worker(
            new WorkerContext(number, setup.Clients, setup.MaxIdleChannels, setup.Fanout.FlushMaxDelay, setup.LateAfter, setup.History, setup.Tail, setup.Metrics.For(number), setup.ClientMetrics, setup.Time, setup.Fanout.LosesOneIn, setup.Tokens),
            ring,
            setup.NewSockets?.Invoke(),
            loggers.CreateLogger<Worker>()))];
        ring.SetBells([.. _workers.Select(worker => (Action)worker.Inbox.Ring)]);
        setup.Metrics.ObserveRing(() => ring.Depth, ring.Capacity);
    }

    /// <summary>Clients of all workers.</summary>
    public int ClientCount => _workers.Sum(worker => worker.ClientCount);

    /// <summary>Connections of all workers, whether clients or not.</summary>
    public int ConnectionCount => _workers.Sum(worker => worker.ConnectionCount);

    /// <summary>Clients that have been let in, ever.</summary>
    public long JoinedCount => _workers.Sum(worker => worker.JoinedCount);

    /// <summary>The longest that any worker has been in one turn.</summary>
    public TimeSpan BusyFor => _workers.Max(worker => worker.BusyFor);

    /// <summary>Ends when the first loop has ended; before <see cref="StopAsync"/> that is a fault.</summary>
    public Task FirstEnd => Task.WhenAny(_workers.Select(worker => worker.Completion)).Unwrap();

    public void Start()
    {
        foreach (var worker in _workers) worker.Start();
    }

    /// <summary>The worker that a new connection goes to.</summary>
    public Worker Next()
    {
        var fewest = _workers[0];
        foreach (var worker in _workers.AsSpan(1))
        {
            if (worker.ConnectionCount < fewest.ConnectionCount) fewest = worker;
        }

        return fewest;
    }

    /// <summary>Closes a part of the clients for overload: the slowest first, then the newest.</summary>
    /// <param name="share">0 … 1, of each worker's; at least one client of each that has any.</param>
    public void Shed(double share)
    {
        foreach (var worker in _workers) worker.Shed(share);
    }

    public void Drain(DrainOrder order)
    {
        foreach (var worker in _workers) worker.Drain(order);
    }

    /// <summary>Cuts all clients; connections that are none go on until <see cref="StopAsync"/>.</summary>
    public void Cut()
    {
        foreach (var worker in _workers) worker.Cut();
    }

    public async Task StopAsync()
    {
        foreach (var worker in _workers) worker.Stop();
        await Task.WhenAll(_workers.Select(worker => worker.Completion));
    }

    public void Dispose()
    {
        foreach (var worker in _workers) worker.Dispose();
    }
}
