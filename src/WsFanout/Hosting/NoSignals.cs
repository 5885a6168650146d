namespace WsFanout.Hosting;

/// <summary>The host's lifetime without signal handling: signals are the process's own, so that a drain comes before the host's end.</summary>
internal sealed class NoSignals : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
