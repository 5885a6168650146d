namespace WsFanout.Governor;

/// <summary>Whether the intake may ask for messages. Sits between the governor, which closes and opens it, and the intake, which waits at it.</summary>
/// <remarks>Any thread; short lock, not taken by who looks whether it is open.</remarks>
internal sealed class IntakeGate(TimeProvider time)
{
    private readonly Lock _gate = new();

    // Guarded by _gate; read without it.
    private volatile TaskCompletionSource? _closed;

    // Guarded by _gate.
    private long _closedAt;
    private TimeSpan _before;

    public bool IsOpen => _closed is null;

    /// <summary>Time it has been closed, all in all.</summary>
    public TimeSpan ClosedFor
    {
        get
        {
            lock (_gate) return ClosedForLocked();
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            if (_closed is not null) return;
            _closedAt = time.GetTimestamp();
            _closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Open()
    {
        lock (_gate)
        {
            if (_closed is not { } closed) return;
            _before = ClosedForLocked();
            _closed = null;
            closed.SetResult();
        }
    }

    /// <summary>Ends once it is open.</summary>
    public Task WhenOpen() => _closed?.Task ?? Task.CompletedTask;

    private TimeSpan ClosedForLocked() => _closed is null ? _before : _before + time.GetElapsedTime(_closedAt);
}
