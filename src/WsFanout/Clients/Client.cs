using System.Globalization;

namespace WsFanout.Clients;

/// <summary>One connected client: what it subscribed to, what it is owed, and what it still may do.</summary>
/// <remarks>
/// Belongs to one worker from the handshake to the end; only that worker's thread touches it. Kept small: an idle client is this record, its
/// subscriptions and its wire.
/// </remarks>
internal sealed class Client : ITimed
{
    private const int NoLane = -1;

    private readonly ClientShare _share;

    private RequestBudget _budget;
    private Subscriptions _subscriptions;
    private Offences? _offences;

    // Null while nothing waits.
    private SendQueue? _queue;

    public Client(long number, IWire wire, ClientShare share, long now)
    {
        _share = share;
        _budget = new RequestBudget(share.Options.RequestBurst, now);
        Number = number;
        Wire = wire;
        LaneNumber = share.Lanes.Take(this);
    }

    /// <summary>Unique in this process.</summary>
    public long Number { get; }

    /// <summary>The number as clients and logs see it.</summary>
    public string Id => Number.ToString("x", CultureInfo.InvariantCulture);

    public IWire Wire { get; }

    /// <summary>Its lane among its worker's; -1 once it is gone.</summary>
    public int LaneNumber { get; private set; }

    /// <summary>What waits for the socket; taken from the shelf when it is first asked for. Whoever asks means to put something in.</summary>
    public SendQueue Queue
    {
        get
        {
            CloseLane();
            return _queue ??= _share.Shelf.Take();
        }
    }

    /// <summary>Whether anything waits for the socket.</summary>
    public bool HasWaiting => _queue is { Count: > 0 };

    /// <summary>Bytes that wait for the socket, with what replays count for.</summary>
    public long WaitingBytes => _queue is { } queue ? queue.Bytes + (queue.Replays * SendQueue.ReplayBytes) : 0;

    /// <inheritdoc cref="QueueLoad.IsOverdrawn"/>
    public bool IsOverdrawn => _queue is { IsOverdrawn: true };

    /// <summary>Whether a replay is unfinished.</summary>
    public bool HasReplay => _queue is { HasReplay: true };

    /// <inheritdoc cref="SendQueue.HasLookBack"/>
    public bool HasLookBack => _queue is { HasLookBack: true };

    /// <summary>By reference: it is a part of this record.</summary>
    public ref Subscriptions Subscriptions => ref _subscriptions;

    /// <summary>Whether it is a test's: everything it says is sent back, and it is told nothing else.</summary>
    public bool Echoes { get; init; }

    /// <summary>What its token lets it do; null where no token is needed.</summary>
    public Access? Access { get; set; }

    /// <summary>Place among the worker's clients.</summary>
    public int Slot { get; set; }

    public WheelPlace WheelPlace { get; set; }

    /// <inheritdoc cref="Lane.Due"/>
    public ulong Due
    {
        get => LaneNumber == NoLane ? 0 : Lane.Due;
        set => Lane.Due = value;
    }

    /// <inheritdoc cref="Lane.WasGivenOfLate"/>
    public bool WasGivenOfLate
    {
        get => Lane.WasGivenOfLate;
        set => Lane.WasGivenOfLate = value;
    }

    /// <summary>Whether its socket had not taken all that it was given, so that it is looked at more often.</summary>
    public bool IsWatched { get; set; }

    /// <summary>Whether it has been counted as slow.</summary>
    public bool IsSlow { get; set; }

    /// <summary>Whether it stands in the list of clients with something to send.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Whether it stands in the list of clients whose replay is to be read on.</summary>
    public bool IsReplaying { get; set; }

    /// <summary>Why it is being closed; null while it is served.</summary>
    public CloseReason? Closing { get; set; }

    /// <summary>Whether the connection has ended and the worker has let go of it.</summary>
    public bool IsGone { get; set; }

    /// <summary>Whether the close frame has been given to the wire.</summary>
    public bool CloseGiven { get; set; }

    /// <summary>When the next ping is due. Ticks.</summary>
    public long NextPingAt { get; set; }

    /// <summary>When the connection is cut if the client has not closed by then. Ticks. Who is being closed is pinged no more.</summary>
    public long CloseDeadline
    {
        get => NextPingAt;
        set => NextPingAt = value;
    }

    /// <summary>When the ping was asked for that no frame has answered yet; 0 when none is open. Ticks.</summary>
    public long PingedAt { get; set; }

    /// <summary>When it has been here for long enough; the largest number when there is no such time. Ticks.</summary>
    public long LeaveAt { get; set; }

    /// <summary>When it last got something that told it a position. Ticks.</summary>
    public long ToldAt { get; set; }

    /// <inheritdoc cref="Lane.NoteGiven"/>
    public void NoteGiven() => Lane.NoteGiven();

    /// <summary>The wire has just taken all that it was offered: the next delivery need not ask whether it may, unless something waits.</summary>
    public void OpenLane()
    {
        if (_queue is null) Lane.OpenSocket = Wire.OpenSocket;
    }

    /// <inheritdoc cref="Lane.Close"/>
    public void CloseLane()
    {
        if (LaneNumber != NoLane) Lane.Close();
    }

    /// <summary>The client is gone: its lane is somebody else's from now on.</summary>
    public void LeaveLane()
    {
        _share.Lanes.GiveBack(LaneNumber);
        LaneNumber = NoLane;
    }

    /// <summary>Puts the queue back on the shelf if nothing waits.</summary>
    public void ShelveQueue()
    {
        if (_queue is not { Count: 0 } empty) return;
        _share.Shelf.PutBack(empty);
        _queue = null;
    }

    /// <summary>Drops what waits for the socket.</summary>
    /// <returns>Messages of the stream that were dropped.</returns>
    public int DropQueue()
    {
        var dropped = _queue?.Clear() ?? 0;
        ShelveQueue();
        return dropped;
    }

    /// <inheritdoc cref="SendQueue.DropFromReplay"/>
    public int DropFromReplay()
    {
        if (_queue is not { HasReplay: true } queue) return 0;
        var dropped = queue.DropFromReplay();
        ShelveQueue();
        return dropped;
    }

    /// <summary>Charges a request to the client's rate.</summary>
    public RequestVerdict Charge(long now) => _budget.Charge(_share, now);

    /// <inheritdoc cref="Offences.MayHearOfRate"/>
    public bool MayHearOfRate(long now) => OffencesSoFar.MayHearOfRate(now);

    /// <inheritdoc cref="Offences.CountBadRequest"/>
    public bool CountBadRequest(long now) => OffencesSoFar.CountBadRequest(now);

    private ref Lane Lane => ref _share.Lanes[LaneNumber];

    private Offences OffencesSoFar => _offences ??= new Offences(_share.TicksPerSecond);
}
