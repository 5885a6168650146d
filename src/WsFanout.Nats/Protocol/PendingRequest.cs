using System.Threading.Tasks.Sources;

namespace WsFanout.Nats.Protocol;

/// <summary>One request that waits for its answer. Whoever takes it out of its table settles it.</summary>
internal sealed class PendingRequest(long id, string subject) : IValueTaskSource<NatsMsg>
{
    // Whoever settles it writes; awaited once.
    private ManualResetValueTaskSourceCore<NatsMsg> _answer = new() { RunContinuationsAsynchronously = true };

    public long Id { get; } = id;

    public string Subject { get; } = subject;

    /// <summary>To be awaited at most once.</summary>
    public ValueTask<NatsMsg> Answer => new(this, _answer.Version);

    public void Settle(NatsMsg answer) => _answer.SetResult(answer);

    public void Fail(Exception reason) => _answer.SetException(reason);

    NatsMsg IValueTaskSource<NatsMsg>.GetResult(short token) => _answer.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<NatsMsg>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<NatsMsg>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);
}
