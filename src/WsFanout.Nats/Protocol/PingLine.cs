namespace WsFanout.Nats.Protocol;

/// <summary>PINGs of one connection that wait for their PONG. The server answers them in order, so a PONG says that all sent before its PING was read.</summary>
/// <remarks>
/// Thread safety: all of it, from anywhere. Grows by one each ping interval at most, and only of a server that sends but never answers: one that is
/// silent is given up. Ends before the outbox does, so that nobody tries again for ever.
/// </remarks>
internal sealed class PingLine(Outbox outbox)
{
    private readonly Lock _gate = new();

    // Guarded by _gate, which also puts them on the wire in the order of this queue.
    private readonly Queue<TaskCompletionSource> _waiting = [];
    private bool _ended;

    /// <returns>Completes with the PONG, or when the connection has ended. Null: so much waits to be sent that this has to wait.</returns>
    public Task? TrySend()
    {
        lock (_gate)
        {
            if (_ended)
            {
                return Task.CompletedTask;
            }

            if (!outbox.TryAppendUrgent(FrameWriter.Ping))
            {
                return null;
            }

            var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(answered);
            return answered.Task;
        }
    }

    /// <summary>A PONG has come; one that nobody asked for counts for nothing.</summary>
    public void Answered()
    {
        lock (_gate)
        {
            if (_waiting.TryDequeue(out var answered))
            {
                answered.SetResult();
            }
        }
    }

    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            while (_waiting.TryDequeue(out var answered))
            {
                answered.SetResult();
            }
        }
    }
}
