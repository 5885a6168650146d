namespace WsFanout.Tools;

/// <summary>
/// Keeps one subscription alive over any number of connections: comes back with full jitter or when the server says, and resumes where it was.
/// </summary>
internal sealed class Tail(TailOptions options, TailPrinter printer, TimeProvider time)
{
    // A connection that lasted this long is a good one: the next failure is a first failure again.
    private static readonly TimeSpan GoodConnection = TimeSpan.FromSeconds(30);

    private readonly ClientPosition _position = new();
    private readonly Backoff _backoff = new(new Random(), TimeSpan.FromSeconds(30));

    /// <summary>Prints until <paramref name="stop"/> or until the server ends it for good.</summary>
    /// <exception cref="OutputLostException">Nobody reads the output any more, or it can't be written.</exception>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var started = time.GetTimestamp();
                var end = await new TailConnection(options, _position, printer, time).RunAsync(stop);
                if (end.Final)
                {
                    printer.Note(end.Reason);
                    return ExitCode.Failed;
                }

                if (time.GetElapsedTime(started) >= GoodConnection) _backoff.Reset();
                var pause = end.RetryAfter ?? _backoff.Next();
                printer.Note($"{end.Reason}; trying again in {pause.TotalSeconds:0.0} s");
                await Task.Delay(pause, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
    }
}
