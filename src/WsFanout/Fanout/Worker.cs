using WsFanout.Clients;
using WsFanout.Transport;
using WsFanout.Transport.Direct;

namespace WsFanout.Fanout;

/// <summary>
/// Owns a part of the clients from handshake to end: reads the ring with its own cursor, deals entries, meets requests, pings, closes.
/// Sits between the ring and the sockets.
/// </summary>
/// <remarks>
/// One thread runs the loop and alone touches the clients. Other threads only post to the inbox, join a connection or ask to drain.
/// A turn is short: no job runs longer than <see cref="LongestJob"/> before live entries are served again.
/// </remarks>
internal sealed partial class Worker : IDisposable
{
    private static readonly TimeSpan LongestJob = TimeSpan.FromMilliseconds(2);

    private readonly WorkerContext _context;
    private readonly Ring _ring;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly Doorbell? _ownBell;
    private readonly AnswerWriter _answers = new();
    private readonly Roster _roster;
    private readonly Dealer _dealer;
    private readonly RequestHandler _requests;
    private readonly ClientCare _care;
    private readonly Shedding _shedding;
    private readonly Reception _reception;
    private readonly StreamSide _stream;
    private readonly DirectSide? _direct;
    private readonly FlushWindow _window;
    private readonly long _longestJobTicks;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The loop only.
    private long _cursor;
    private bool _isCut;

    // Any thread.
    private volatile DrainOrder? _drain;
    private double _shedShare;
    private volatile bool _cutting;
    private volatile bool _stopping;
    private long _busySince;

    /// <param name="sockets">The loop of the direct way; null where there is none.</param>
    public Worker(WorkerContext context, Ring ring, SocketLoop? sockets, ILogger<Worker> logger)
    {
        _context = context;
        _ring = ring;
        _time = context.Time;
        _logger = logger;
        _longestJobTicks = (long)(LongestJob.TotalSeconds * _time.TimestampFrequency);
        Sockets = sockets;
        _ownBell = sockets is null ? new Doorbell() : null;
        Inbox = sockets?.Inbox ?? new WorkerInbox(_ownBell!);

        var lanes = new Lanes();
        var index = new SubscriptionIndex(context.MaxIdleChannels, lanes);
        var account = new BatchAccount(context);
        var wheel = ClientCare.NewWheel(context);
        _roster = new Roster(index, _answers, account, wheel, context);
        _dealer = new Dealer(index, lanes, _roster, account, context);
        var access = new AccessControl(context, wheel, index, _answers);
        _requests = new RequestHandler(context, index, _roster, _dealer, _answers, access);
        _care = new ClientCare(context, wheel, _roster, _dealer, _answers, access);
        _shedding = new Shedding(_roster);
        _reception = new Reception(context, lanes, _roster, _dealer, _requests, _care, access, _answers, logger);
        _stream = new StreamSide(Inbox, _reception, _roster, _requests, account, _time);
        _direct = sockets is null ? null : new DirectSide(sockets, _reception, _roster, _requests, account, context);
        _window = new FlushWindow(context.FlushMaxDelay, _time);
        _thread = new Thread(Run) { Name = $"worker-{context.Number}", IsBackground = true };
    }

    /// <summary>Where connections post what happens on them.</summary>
    public WorkerInbox Inbox { get; }

    /// <summary>The sockets of the direct way; null where there is none.</summary>
    public SocketLoop? Sockets { get; }

    /// <summary>Clients owned, those on their way in included. Any thread.</summary>
    public int ClientCount => _stream.ClientCount + (Sockets?.ClientCount ?? 0);

    /// <summary>Connections owned, whether clients or not. Any thread.</summary>
    public int ConnectionCount => _stream.ClientCount + (Sockets?.Count ?? 0);

    /// <summary>Clients let in, ever. Any thread.</summary>
    public long JoinedCount => _reception.JoinedCount;

    /// <summary>Ends when the loop has ended; faulted when it ended by a bug.</summary>
    public Task Completion => _completion.Task;

    public void Start() => _thread.Start();

    /// <summary>How long the present turn has been running; zero while the worker sleeps. Any thread.</summary>
    public TimeSpan BusyFor
    {
        get
        {
            var since = Volatile.Read(ref _busySince);
            return since == 0 ? TimeSpan.Zero : _time.GetElapsedTime(since);
        }
    }

    /// <summary>Makes a connection of the stream way a client of this worker. Any thread.</summary>
    public void Join(JoinRequest join) => _stream.Join(join);

    /// <summary>Closes all clients, spread over a time, and whoever still joins. Any thread.</summary>
    public void Drain(DrainOrder order)
    {
        _drain = order;
        Inbox.Ring();
    }

    /// <summary>Closes a part of the clients for overload. Any thread.</summary>
    public void Shed(double share)
    {
        Interlocked.Exchange(ref _shedShare, share);
        Inbox.Ring();
    }

    /// <summary>Cuts all clients, and whoever still joins. Connections that are no clients go on. Any thread.</summary>
    public void Cut()
    {
        _cutting = true;
        Inbox.Ring();
    }

    /// <summary>Ends the loop; connections that are left are cut. Any thread.</summary>
    public void Stop()
    {
        _stopping = true;
        Inbox.Ring();
    }

    public void Dispose()
    {
        Sockets?.Dispose();
        _ownBell?.Dispose();
        _answers.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_stopping) Turn();
            CutAll();
            Sockets?.Stop();
            _completion.SetResult();
        }
        catch (Exception bug)
        {
            // The loop's boundary: its clients can't be served any more, and the process must not go on half alive.
            LogLoopFailed(_context.Number, bug);
            _completion.SetException(bug);
        }
    }

    private void Turn()
    {
        var started = _time.GetTimestamp();
        Volatile.Write(ref _busySince, started);
        var worked = ServeRing(started);
        worked |= TakeEvents();
        worked |= _care.Look(started, _drain);
        worked |= ShedIfAsked();
        _requests.MeetAhead();
        _roster.Flush();
        worked |= Replay();
        if (_cutting) CutAll();

        if (worked)
        {
            _context.Metrics.Turn.Record(_time.GetElapsedTime(started).TotalSeconds);
            return;
        }

        Volatile.Write(ref _busySince, 0);
        Inbox.PrepareToSleep();
        var now = _time.GetTimestamp();
        var longest = UntilNextTurn(now);
        if (longest == TimeSpan.Zero || _stream.HasWork || _direct is { HasWork: true } || Volatile.Read(ref _shedShare) > 0 || (_cutting && !_isCut) || _stopping) Inbox.StayAwake();
        else Inbox.Sleep(longest);
    }

    /// <summary>How long the worker may sleep if nothing happens: whole milliseconds, rounded up, because a sleep of a part of one is none.</summary>
    private TimeSpan UntilNextTurn(long now)
    {
        var longest = _care.UntilNextLook(now);
        if (_ring.Head != _cursor) longest = Min(longest, InMilliseconds(_window.OpensAt - now));
        return Sockets is null ? longest : Min(longest, Sockets.UntilDeadline(now));
    }

    private bool ShedIfAsked()
    {
        if (Interlocked.Exchange(ref _shedShare, 0) is not (var share and > 0)) return false;
        _shedding.Shed(share);
        return true;
    }

    private bool ServeRing(long now)
    {
        var head = _ring.Head;
        if (head == _cursor || now < _window.OpensAt) return false;

        while (_cursor < head && _dealer.TryAdd(_ring[_cursor])) _cursor++;
        _dealer.Send();
        _window.Dealt(now, _time.GetTimestamp());
        _ring.Advance(_context.Number, _cursor);
        return true;
    }

    private bool TakeEvents()
    {
        // A time of their own: a worker that deals all the time must still hear its clients.
        var started = _time.GetTimestamp();

        // Whoever was let in because the stream is attached must find its position here: it is in the ring by now.
        while (_dealer.Position.Epoch.Length == 0 && ServeRing(started))
        {
        }

        Sockets?.Look(started);
        var any = false;
        while (!IsLong(started) && (_stream.TakeOne() || _direct is not null && _direct.TakeOne())) any = true;
        return any;
    }

    /// <summary>Reads on in replays, for a time of their own: who deals all the time must still let clients catch up.</summary>
    private bool Replay()
    {
        var started = _time.GetTimestamp();
        var any = false;
        while (!IsLong(started) && _roster.ReplayOne()) any = true;
        return any;
    }

    private bool IsLong(long started) => _time.GetTimestamp() - started > _longestJobTicks;

    private void CutAll()
    {
        _stream.AdmitAll();
        while (_direct is not null && _direct.TakeOne())
        {
        }

        foreach (var client in _roster.Clients) client.Wire.Abort();
        while (_roster.Count > 0) _reception.Remove(_roster.Clients[^1], CloseReason.Draining);
        _isCut = true;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private TimeSpan InMilliseconds(long ticks) => TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, ticks) * 1000.0 / _time.TimestampFrequency));
}
