using System.Collections.Concurrent;
using System.IO.Pipelines;
using WsFanout.Messages;

namespace WsFanout.Transport.Direct;

/// <summary>
/// All sockets of one worker, from accept to close. While they speak HTTP it moves their bytes between the kernel and the HTTP server's pipes by
/// itself; of those that are clients it tells the worker what happened.
/// </summary>
/// <remarks>
/// The worker's thread, but for <see cref="Adopt"/>, <see cref="Schedule"/> and the counts. As the pipes' scheduler it brings what the HTTP server
/// wants of a socket to the thread that owns the socket.
/// </remarks>
internal sealed class SocketLoop : PipeScheduler, IDisposable
{
    private const int ReceiveBytes = 16 * 1024;

    /// <summary>Receives of what nobody will look at, before the others have their turn.</summary>
    private const int ReceivesAtTheEnd = 8;

    /// <summary>Of what other threads asked for, so much before the clients have their turn.</summary>
    private const int PostedAtATime = 256;

    private readonly Poller _poller = new();
    private readonly ConcurrentQueue<(Action<object?> Action, object? State)> _posted = new();
    private readonly Queue<DirectSocket> _arrived = new();
    private readonly Queue<DirectSocket> _cut = new();

    // Of which more has come than was read: those of this look, and those of the next, so that nobody is read twice in one.
    private Queue<DirectSocket> _unread = new();
    private Queue<DirectSocket> _unreadNext = new();

    private readonly Stack<int> _freeSlots = new();
    private readonly DeadlineQueue _silent;
    private readonly DeadlineQueue _lingering;
    private readonly Lock _stopGate = new();

    private DirectSocket?[] _sockets = new DirectSocket?[64];
    private int _usedSlots;
    private uint _generation;

    // By Interlocked.
    private int _count;
    private int _clientCount;
    private volatile bool _isStopped;

    public SocketLoop(SocketLoopOptions options, TimeProvider time)
    {
        Time = time;
        Inbox = new WorkerInbox(_poller);
        _silent = new DeadlineQueue(SocketPhase.Silent, Ticks(options.FirstByteTimeout));
        _lingering = new DeadlineQueue(SocketPhase.Lingering, Ticks(options.LingerTimeout));
    }

    public TimeProvider Time { get; }

    /// <summary>The worker's inbox, whose bell is this loop's poller.</summary>
    public WorkerInbox Inbox { get; }

    /// <summary>Sockets of any phase. Any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Clients among them, those on their way from the HTTP server included. Any thread.</summary>
    public int ClientCount => Volatile.Read(ref _clientCount);

    /// <summary>Where every receive puts its bytes: what is needed of them longer than until the next is copied.</summary>
    public byte[] ReceiveBuffer { get; } = GC.AllocateUninitializedArray<byte>(ReceiveBytes, pinned: true);

    public SendBuffer SendBuffer { get; } = new();

    /// <summary>For the one frame that <see cref="DirectSocket.Resume"/> returns.</summary>
    public Frame?[] Finished { get; } = new Frame?[1];

    /// <summary>Whether there is something to do that the poller will not tell of.</summary>
    public bool HasWork => !_posted.IsEmpty || _arrived.Count > 0 || _cut.Count > 0 || _unread.Count > 0 || _unreadNext.Count > 0;

    /// <summary>Takes a connection that has just been accepted. Any thread.</summary>
    /// <param name="place">Gives its place back; called once, when the descriptor is closed.</param>
    public void Adopt(int descriptor, Action place, Introduction introduction)
    {
        Interlocked.Increment(ref _count);
        Schedule(Register, new DirectSocket(this, descriptor, place, introduction));
    }

    /// <summary>A socket is on its way to become a client, or is none any more. Any thread.</summary>
    public void CountClient(int by) => Interlocked.Add(ref _clientCount, by);

    /// <summary>Runs something on the worker's thread, soon; at once when the worker has ended. Any thread.</summary>
    public override void Schedule(Action<object?> action, object? state)
    {
        _posted.Enqueue((action, state));
        if (_isStopped) RunPosted();
        else Inbox.Ring();
    }

    /// <summary>Does what other threads asked for and what time has brought, and looks for what has happened on the sockets.</summary>
    public void Look(long now)
    {
        RunPosted(PostedAtATime);
        while (_silent.TakeDue(now) is { } silent) Close(silent);
        while (_lingering.TakeDue(now) is { } lingering) Close(lingering, cut: true);
        if (_unread.Count == 0) (_unread, _unreadNext) = (_unreadNext, _unread);
        _poller.Look();
    }

    /// <summary>Takes what has happened to one client's socket; what happened to the others on the way there is done by then.</summary>
    public bool TryTake(out DirectSocket socket, out SocketChange change)
    {
        while (true)
        {
            // Arrivals first: until the worker has taken one, its socket has no client that anything could happen to.
            if (_arrived.TryDequeue(out socket!)) change = SocketChange.Arrived;
            else if (_cut.TryDequeue(out socket!)) change = SocketChange.Cut;
            else if (_poller.TryTake(out var token, out var raw)) (socket, change) = (Find(token)!, ChangeOf(raw));
            else if (_unread.TryDequeue(out socket!)) change = SocketChange.Readable;
            else break;

            if (socket is null) continue;
            if (socket.Phase == SocketPhase.Client || change == SocketChange.Cut) return true;
            Move(socket, change);
        }

        change = SocketChange.None;
        return false;
    }

    /// <summary>How long the worker may sleep for this loop's sake.</summary>
    public TimeSpan UntilDeadline(long now)
    {
        var at = Math.Min(_silent.NextAt, _lingering.NextAt);
        return at == long.MaxValue ? TimeSpan.MaxValue : TimeSpan.FromSeconds(Math.Max(0, at - now) / (double)Time.TimestampFrequency);
    }

    /// <summary>There is more to read on this socket than was read: it is told as readable again after the next look.</summary>
    public void ReadLater(DirectSocket socket) => _unreadNext.Enqueue(socket);

    /// <summary>An HTTP connection has ended in a takeover: its socket is the worker's client from now on.</summary>
    public void Arrive(DirectSocket socket, Arrival arrival)
    {
        socket.BeginClient(arrival);
        _arrived.Enqueue(socket);
    }

    /// <summary>Lets the last bytes leave, waits a while for the other end to close, then closes.</summary>
    public void Linger(DirectSocket socket)
    {
        socket.BeginLinger();
        _lingering.Add(socket, Time.GetTimestamp());
        Drain(socket);
    }

    /// <summary>
    /// The HTTP server is done with a socket: closes it, after what has come and was not read. Left unread it would make the close a reset, which can
    /// cost the client the answer; waiting for more would give everybody who is refused a descriptor for as long.
    /// </summary>
    public void Finish(DirectSocket socket)
    {
        _ = Libc.Shutdown(socket.Descriptor, Libc.ShutWrite);
        for (var times = 0; times < ReceivesAtTheEnd && socket.Receive(out _, out _) > 0; times++)
        {
        }

        Close(socket);
    }

    /// <summary>Closes at once; what has not been sent is dropped. Of a client the worker is told.</summary>
    public void Cut(DirectSocket socket)
    {
        if (socket.Phase == SocketPhase.Client) _cut.Enqueue(socket);
        Close(socket, cut: true);
    }

    /// <param name="cut">Whether the other end learns it by a reset; what has not been sent is dropped then.</param>
    public void Close(DirectSocket socket, bool cut = false)
    {
        if (socket.Phase == SocketPhase.Closed) return;
        if (cut) Libc.CutOnClose(socket.Descriptor);
        var slot = socket.Token.Slot;
        _sockets[slot] = null;
        _freeSlots.Push(slot);
        _ = Libc.Close(socket.Descriptor);
        var http = socket.Http;
        socket.GiveBack();
        http?.SocketClosed();
        Interlocked.Decrement(ref _count);
    }

    /// <summary>The worker ends: closes everything. What is scheduled from now on runs at once, wherever.</summary>
    public void Stop()
    {
        _isStopped = true;
        RunPosted();
        foreach (var socket in _sockets)
        {
            if (socket is not null) Close(socket, cut: true);
        }
    }

    public void Dispose() => _poller.Dispose();

    /// <summary>Gives a socket its place in the table and has the poller report it.</summary>
    private void Register(object? state)
    {
        var socket = (DirectSocket)state!;
        var slot = _freeSlots.TryPop(out var free) ? free : NewSlot();
        socket.Token = (slot, ++_generation);
        _sockets[slot] = socket;
        _silent.Add(socket, Time.GetTimestamp());
        if (_isStopped || !_poller.TryAdd(socket.Descriptor, ((ulong)socket.Token.Generation << 32) | (uint)slot)) Close(socket);
    }

    private void RunPosted(int most = int.MaxValue)
    {
        // The worker's thread alone runs what is posted, until it has ended; from then on whoever posts does, one at a time.
        lock (_stopGate)
        {
            for (; most > 0 && _posted.TryDequeue(out var posted); most--) posted.Action(posted.State);
        }
    }

    private int NewSlot()
    {
        if (_usedSlots == _sockets.Length) Array.Resize(ref _sockets, _sockets.Length * 2);
        return _usedSlots++;
    }

    private DirectSocket? Find(ulong token)
    {
        var slot = (int)(token & int.MaxValue);
        return slot < _sockets.Length && _sockets[slot] is { } socket && socket.Token.Generation == token >> 32 ? socket : null;
    }

    private static SocketChange ChangeOf(uint raw)
    {
        const uint readable = Libc.EpollIn | Libc.EpollPeerClosed | Libc.EpollHangUp | Libc.EpollError;
        return ((raw & readable) != 0 ? SocketChange.Readable : 0) | ((raw & Libc.EpollOut) != 0 ? SocketChange.Writable : 0);
    }

    /// <summary>Something has happened on a socket that is no client.</summary>
    private void Move(DirectSocket socket, SocketChange change)
    {
        switch (socket.Phase)
        {
            case SocketPhase.Silent:
                if (change.HasFlag(SocketChange.Readable)) Begin(socket);
                break;
            case SocketPhase.Http:
                socket.Http!.Changed(change);
                break;
            case SocketPhase.Lingering:
                if (change.HasFlag(SocketChange.Writable)) socket.Resume();
                Drain(socket);
                break;
        }
    }

    /// <summary>The first bytes: only now the HTTP server hears of the connection.</summary>
    private void Begin(DirectSocket socket)
    {
        var count = socket.Receive(out var received, out var isOver);
        if (isOver) Close(socket);
        if (count <= 0) return;

        var connection = new HttpConnection(this, socket, socket.Introduction!);
        socket.BeginHttp(connection);
        connection.Begin(received);
    }

    /// <summary>Reads what still comes, to see the end.</summary>
    private void Drain(DirectSocket socket)
    {
        // Not for ever: who still sends is cut by the deadline.
        for (var times = 0; times < ReceivesAtTheEnd; times++)
        {
            if (socket.Receive(out _, out var isOver) > 0) continue;
            if (isOver) Close(socket);
            return;
        }

        ReadLater(socket);
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Time.TimestampFrequency);
}
