namespace WsFanout.Nats.Protocol;

/// <summary>One request that waits for its answer. Whoever takes it out of its table settles it.</summary>
internal sealed class PendingRequest(long id, string subject)
{
    private readonly TaskCompletionSource<NatsMsg> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Id { get; } = id;

    public string Subject { get; } = subject;

    public Task<NatsMsg> Answer => _answer.Task;

    public void Settle(NatsMsg answer) => _answer.SetResult(answer);

    public void Fail(NatsException reason) => _answer.SetException(reason);
}
