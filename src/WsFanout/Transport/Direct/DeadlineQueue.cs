namespace WsFanout.Transport.Direct;

/// <summary>Sockets that all have the same time for something, in the order in which it ends. Who has done it meanwhile is skipped by the phase.</summary>
/// <remarks>The worker's thread only. Bounded by what is accepted in the time.</remarks>
internal sealed class DeadlineQueue(SocketPhase phase, long ticks)
{
    private readonly Queue<(DirectSocket Socket, long At)> _waiting = new();

    /// <summary>When the first is due; <see cref="long.MaxValue"/> when nobody is.</summary>
    public long NextAt => _waiting.TryPeek(out var first) ? first.At : long.MaxValue;

    public void Add(DirectSocket socket, long now) => _waiting.Enqueue((socket, now + ticks));

    public DirectSocket? TakeDue(long now)
    {
        while (_waiting.TryPeek(out var first) && (first.At <= now || first.Socket.Phase != phase))
        {
            _waiting.Dequeue();
            if (first.Socket.Phase == phase) return first.Socket;
        }

        if (_waiting.Count == 0) _waiting.TrimExcess();
        return null;
    }
}
