using System.Threading.Tasks.Sources;

namespace WsFanout.Transport;

/// <summary>Lets one task sleep until somebody has something for it. Setting it twice is setting it once; waiting allocates nothing.</summary>
/// <remarks>Any thread may set; exactly one task waits. The waiter goes on elsewhere, never on the thread that sets.</remarks>
internal sealed class AsyncSignal : IValueTaskSource
{
    private const int Clear = 0;
    private const int IsSet = 1;
    private const int HasWaiter = 2;

    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };

    // By Interlocked.
    private int _state;

    public void Set()
    {
        if (Interlocked.Exchange(ref _state, IsSet) != HasWaiter) return;

        // Only one setter can have taken the waiter away, and the waiter comes back for another wait only after this.
        Interlocked.Exchange(ref _state, Clear);
        _core.SetResult(true);
    }

    public ValueTask WaitAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Clear, IsSet) == IsSet) return ValueTask.CompletedTask;

        _core.Reset();
        var wait = new ValueTask(this, _core.Version);
        if (Interlocked.CompareExchange(ref _state, HasWaiter, Clear) == Clear) return wait;

        // A full fence, not only a store: a second setter that still found it set must be seen by the look that the waiter takes next.
        Interlocked.Exchange(ref _state, Clear);
        return ValueTask.CompletedTask;
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
