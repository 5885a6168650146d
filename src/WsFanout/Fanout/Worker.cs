using System.Collections.Concurrent;
using WsFanout.Clients;
using WsFanout.Transport;

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

    /// <summary>Entries after which what has been queued is given to the sockets, though more entries wait.</summary>
    private const int EntriesPerTurn = 64;

    /// <summary>Longest sleep while an entry waits for room at a client; the client's socket wakes the worker earlier.</summary>
    private static readonly TimeSpan HeldPause = TimeSpan.FromMilliseconds(5);

    // Numbers of clients are unique in the process: the worker's number is in the lowest bits.
    private const int ClientNumberStep = 256;

    private readonly WorkerContext _context;
    private readonly Ring _ring;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly ConcurrentQueue<JoinRequest> _joins = new();
    private readonly SubscriptionIndex _index;
    private readonly AnswerWriter _answers = new();
    private readonly Roster _roster;
    private readonly Dealer _dealer;
    private readonly RequestHandler _requests;
    private readonly ClientCare _care;
    private readonly Shedding _shedding;
    private readonly BatchAccount _account;
    private readonly long _longestJobTicks;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The loop only.
    private long _cursor;
    private bool _isHeld;
    private readonly Queue<TransportEvent> _deferred = new();
    private long _lastClientNumber;

    // Any thread.
    private volatile DrainOrder? _drain;
    private double _shedShare;
    private volatile bool _stopping;
    private int _clientCount;
    private long _busySince;

    public Worker(WorkerContext context, Ring ring, ILogger<Worker> logger)
    {
        _context = context;
        _ring = ring;
        _time = context.Time;
        _logger = logger;
        _longestJobTicks = (long)(LongestJob.TotalSeconds * _time.TimestampFrequency);
        _index = new SubscriptionIndex(context.MaxIdleChannels);
        _roster = new Roster(_index, _answers, context.ClientMetrics, context.Metrics.Counters, _time);
        _dealer = new Dealer(_index, _roster, context.ClientMetrics, context.Metrics.Counters, _time);
        _requests = new RequestHandler(context, _index, _roster, _dealer, _answers);
        _care = new ClientCare(context, _roster, _dealer, _answers);
        _shedding = new Shedding(_roster);
        _account = new BatchAccount(context);
        _thread = new Thread(Run) { Name = $"worker-{context.Number}", IsBackground = true };
    }

    /// <summary>Where connections post what happens on them.</summary>
    public WorkerInbox Inbox { get; } = new();

    /// <summary>Clients owned, those on their way in included. Any thread.</summary>
    public int ClientCount => Volatile.Read(ref _clientCount);

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

    /// <summary>Makes a connection a client of this worker. Any thread.</summary>
    public void Join(JoinRequest join)
    {
        Interlocked.Increment(ref _clientCount);
        _joins.Enqueue(join);
        Inbox.Ring();
    }

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

    /// <summary>Ends the loop; connections that are left are cut. Any thread.</summary>
    public void Stop()
    {
        _stopping = true;
        Inbox.Ring();
    }

    public void Dispose()
    {
        Inbox.Dispose();
        _answers.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_stopping) Turn();
            CutAll();
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
        worked |= AdmitJoins(started);
        worked |= TakeEvents(started);
        worked |= _care.Look(started, _drain);
        worked |= ShedIfAsked();
        _roster.Flush();

        if (worked)
        {
            _context.Metrics.Turn.Record(_time.GetElapsedTime(started).TotalSeconds);
            return;
        }

        Volatile.Write(ref _busySince, 0);
        Inbox.PrepareToSleep();
        if ((_ring.Head != _cursor && !_isHeld) || !_joins.IsEmpty || !Inbox.IsEmpty || Volatile.Read(ref _shedShare) > 0 || _stopping) Inbox.StayAwake();
        else Inbox.Sleep(_isHeld ? HeldPause : _care.UntilNextLook(_time.GetTimestamp()));
    }

    private bool ShedIfAsked()
    {
        if (Interlocked.Exchange(ref _shedShare, 0) is not (var share and > 0)) return false;
        _shedding.Shed(share);
        return true;
    }

    private bool ServeRing(long started)
    {
        var head = _ring.Head;
        if (head == _cursor) return false;

        var begin = _cursor;
        var end = Math.Min(head, _cursor + EntriesPerTurn);
        do
        {
            _isHeld = !_dealer.Deal(_ring[_cursor], _cursor);
            if (!_isHeld) _cursor++;
        }
        while (!_isHeld && _cursor < end && !IsLong(started));

        _ring.Advance(_context.Number, _cursor);
        _roster.Flush();
        return _cursor != begin;
    }

    private bool AdmitJoins(long started)
    {
        var any = false;
        while (!IsLong(started) && _joins.TryDequeue(out var join))
        {
            any = true;

            // Whoever was let in because the stream is attached must find its position here: it is in the ring by now.
            while (_dealer.Position.Epoch.Length == 0 && ServeRing(started))
            {
            }

            Admit(join);
        }

        return any;
    }

    private void Admit(JoinRequest join)
    {
        var now = _time.GetTimestamp();
        _lastClientNumber += ClientNumberStep;
        var client = new Client(
            _lastClientNumber + _context.Number, join.Connection, _context.ClientOptions, _time.TimestampFrequency, now)
        { Echoes = join.Echoes };
        join.Connection.Client = client;
        _roster.Add(client);
        _care.Begin(client, now);
        if (!client.Echoes) Welcome(client);
        if (join.Subscribe is { } subscribe) _requests.Meet(client, subscribe, now);
        _context.ClientMetrics.ClientAccepted(_time.GetElapsedTime(join.RequestedAt, now).TotalSeconds);
    }

    private void Welcome(Client client)
    {
        client.Queue.AddAnswer(_answers.Welcome(client.Id, _dealer.Position, _context.ClientOptions));
        _roster.HasWork(client);
    }

    private bool TakeEvents(long started)
    {
        var any = false;
        while (!_isHeld && _deferred.TryDequeue(out var deferred))
        {
            any = true;
            Take(deferred, deferred.Connection, deferred.Connection.Client!);
        }

        while (!IsLong(started) && Inbox.TryTake(out var happened))
        {
            any = true;
            var connection = happened.Connection;

            // A connection may speak before its join was taken: joins are few, so take them first.
            if (connection.Client is null) AdmitJoins(started: long.MaxValue);
            Take(happened, connection, connection.Client!);
        }

        return any;
    }

    private void Take(in TransportEvent happened, StreamConnection connection, Client client)
    {
        switch (happened.Kind)
        {
            case TransportEventKind.Received when _isHeld && client.DealtAt == _cursor && client.Closing is null:
                // It has an entry that the position told in an answer would not cover yet. One message a connection at most.
                _deferred.Enqueue(happened);
                break;
            case TransportEventKind.Received when client.Echoes && client.Closing is null:
                Echo.Send(client, connection);
                break;
            case TransportEventKind.Received:
                if (client.Closing is null) _requests.Receive(client, connection.Received, _time.GetTimestamp());
                connection.Taken();
                break;
            case TransportEventKind.Sent:
                _account.Sent(connection);
                _account.Unsent(connection, client);
                connection.BatchDone();
                if (client.IsOwedEcho) Echo.Sent(client, connection);
                if (!client.IsGone) Roster.Flush(client);
                break;
            case TransportEventKind.Violated:
                _roster.Close(client, happened.Reason!);
                break;
            case TransportEventKind.Ended:
                var waiting = client.Queue.Bytes;
                _roster.Remove(client, happened.Reason!);
                Interlocked.Decrement(ref _clientCount);
                LogClientLeft(client.Id, client.Closing!.Name, waiting);
                break;
        }
    }

    private bool IsLong(long started) => started != long.MaxValue && _time.GetTimestamp() - started > _longestJobTicks;

    private void CutAll()
    {
        AdmitJoins(started: long.MaxValue);
        foreach (var client in _roster.Clients) client.Wire.Abort();
        while (_roster.Count > 0) _roster.Remove(_roster.Clients[^1], CloseReason.Draining);
        Volatile.Write(ref _clientCount, 0);
    }
}
