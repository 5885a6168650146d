namespace WsFanout.Fanout;

/// <summary>Wakes the ring's writer when a worker has moved. Costs the workers one read while the writer does not wait.</summary>
/// <remarks>Any thread sets; the writer alone waits, once at a time.</remarks>
internal sealed class WriterSignal
{
    // By Interlocked: the wait that is open, or null.
    private TaskCompletionSource? _waiting;

    public void Set()
    {
        // Orders the worker's cursor before the look at the wait.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _waiting) is not null) Interlocked.Exchange(ref _waiting, null)?.TrySetResult();
    }

    /// <summary>The caller must look once more for what it waits for before it awaits the task.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // A wait that is given up for a new one must end too, or it hangs on the token for as long as the process lives.
        Interlocked.Exchange(ref _waiting, waiting)?.TrySetResult();
        return waiting.Task.WaitAsync(cancellationToken);
    }
}
