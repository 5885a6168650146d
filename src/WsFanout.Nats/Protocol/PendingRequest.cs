using System.Threading.Tasks.Sources;

namespace WsFanout.Nats.Protocol;

/// <summary>One request that waits for its answer. Whoever takes it out of its table settles it.</summary>
/// <param name="isQuick">
/// Whether what follows the answer may run on the read loop: it neither blocks nor takes long. Then no other thread has to wake for it.
/// </param>
internal sealed class PendingRequest(long id, string subject, bool isQuick) : IValueTaskSource<NatsMsg>
{
    // Whoever settles it writes; awaited once.
    private ManualResetValueTaskSourceCore<NatsMsg> _answer = new() { RunContinuationsAsynchronously = true };

    public long Id { get; } = id;

    public string Subject { get; } = subject;

    /// <summary>To be awaited at most once.</summary>
    public ValueTask<NatsMsg> Answer => new(this, _answer.Version);

    public void Settle(NatsMsg answer) => _answer.SetResult(answer);

    /// <summary>The read loop has nothing else to do right now.</summary>
    public void SettleAtLeisure(NatsMsg answer)
    {
        _answer.RunContinuationsAsynchronously = !isQuick;
        _answer.SetResult(answer);
    }

    public void Fail(Exception reason) => _answer.SetException(reason);

    NatsMsg IValueTaskSource<NatsMsg>.GetResult(short token) => _answer.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<NatsMsg>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<NatsMsg>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);
}
