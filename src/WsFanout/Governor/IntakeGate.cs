namespace WsFanout.Governor;

/// <summary>Whether the intake may ask for messages. Sits between the governor, which closes and opens it, and the intake, which waits at it.</summary>
/// <remarks>One thread closes and opens; one waits; anyone looks.</remarks>
internal sealed class IntakeGate(TimeProvider time)
{
    // Written by who closes and opens.
    private volatile TaskCompletionSource? _closed;
    private long _closedAt;
    private long _ticksClosed;

    public bool IsOpen => _closed is null;

    /// <summary>Time it has been closed, all in all. Any thread.</summary>
    public TimeSpan ClosedFor
    {
        get
        {
            var closedAt = Volatile.Read(ref _closedAt);
            var before = new TimeSpan(Volatile.Read(ref _ticksClosed));
            return closedAt == 0 ? before : before + time.GetElapsedTime(closedAt);
        }
    }

    public void Close()
    {
        if (_closed is not null) return;
        Volatile.Write(ref _closedAt, time.GetTimestamp());
        _closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Open()
    {
        if (_closed is not { } closed) return;
        Volatile.Write(ref _ticksClosed, ClosedFor.Ticks);
        Volatile.Write(ref _closedAt, 0);
        _closed = null;
        closed.SetResult();
    }

    /// <summary>Ends once it is open.</summary>
    public Task WhenOpen() => _closed?.Task ?? Task.CompletedTask;
}
