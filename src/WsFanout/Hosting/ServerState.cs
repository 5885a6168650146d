using WsFanout.Intake;
using WsFanout.Messages;

namespace WsFanout.Hosting;

/// <summary>What the endpoints need to know of the server they belong to.</summary>
/// <remarks>Any thread reads; the server's own lifetime writes.</remarks>
internal sealed class ServerState(IMessageSource source, StreamLedger ledger, TimeProvider time)
{
    private volatile bool _isDraining;
    private volatile bool _isClosing;

    // By Interlocked.
    private int _entering;

    public IMessageSource Source { get; } = source;

    /// <summary>The last message taken in.</summary>
    public Position Position => ledger.Position;

    public TimeProvider Time { get; } = time;

    public long StartedAt { get; } = time.GetTimestamp();

    /// <summary>Whether the server has been told to stop: it is no longer ready, and takes no new clients.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Whether nothing more is taken in: those who publish now are refused.</summary>
    public bool IsClosing => _isClosing;

    public void BeginClosing()
    {
        _isClosing = true;
        Interlocked.MemoryBarrier();
    }

    /// <summary>Handshakes past the question whether the server is drained, and not yet clients.</summary>
    public int EnteringCount => Volatile.Read(ref _entering);

    /// <summary>From now on nobody begins to enter; those who have begun are counted.</summary>
    public void BeginDraining()
    {
        _isDraining = true;

        // Against the order of Enter: whoever did not see the line above is seen by the next look at the count.
        Interlocked.MemoryBarrier();
    }

    /// <summary>Somebody wants to become a client: to be counted before <see cref="IsDraining"/> is asked, so that a drain never ends under it.</summary>
    public Entry Enter()
    {
        Interlocked.Increment(ref _entering);
        return new Entry(this);
    }

    /// <summary>One who is on the way in, until it is a client or was refused.</summary>
    /// <remarks>One request's.</remarks>
    internal sealed class Entry(ServerState state) : IDisposable
    {
        private bool _isOver;

        public void Dispose()
        {
            if (_isOver) return;
            _isOver = true;
            Interlocked.Decrement(ref state._entering);
        }
    }
}
