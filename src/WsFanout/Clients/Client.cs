using System.Globalization;

namespace WsFanout.Clients;

/// <summary>One connected client: what it subscribed to, what it is owed, and what it still may do.</summary>
/// <remarks>Belongs to one worker from the handshake to the end; only that worker's thread touches it.</remarks>
internal sealed class Client
{
    /// <summary>Window in which <see cref="MaxBadRequests"/> are too many. Seconds.</summary>
    private const int BadRequestWindowSeconds = 60;

    private const int MaxBadRequests = 50;

    private readonly long _ticksPerSecond;

    private RequestBudget _budget;
    private long _rateErrorAt = long.MinValue;

    // When the last bad requests came, in a circle; null while there has been none.
    private long[]? _badRequestsAt;
    private int _badRequests;

    public Client(long number, IWire wire, ClientOptions options, long ticksPerSecond, long now)
    {
        _ticksPerSecond = ticksPerSecond;
        _budget = new RequestBudget(options.RequestsPerSecond, options.RequestBurst, ticksPerSecond, now);
        Number = number;
        Wire = wire;
        Queue = new SendQueue(options.SendQueueMessages, options.SendQueueBytes);
        Subscriptions = new Subscriptions(this);
    }

    /// <summary>Unique in this process.</summary>
    public long Number { get; }

    /// <summary>The number as clients and logs see it.</summary>
    public string Id => Number.ToString("x", CultureInfo.InvariantCulture);

    public IWire Wire { get; }

    public SendQueue Queue { get; }

    public Subscriptions Subscriptions { get; }

    /// <summary>Whether it is a test's: everything it says is sent back, and it is told nothing else.</summary>
    public bool Echoes { get; init; }

    /// <summary>Whether its last message is still on its way back; the next is read only then.</summary>
    public bool IsOwedEcho { get; set; }

    /// <summary>Place among the worker's clients.</summary>
    public int Slot { get; set; }

    /// <summary>Ring position of the last entry dealt, so that several matching subscriptions make one delivery.</summary>
    public long DealtAt { get; set; } = -1;

    /// <summary><see cref="DealtAt"/> when it was last looked at: a change means that it has been told a position since.</summary>
    public long DealtSeen { get; set; } = -1;

    /// <summary>Whether it stands in the list of clients with something to send.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Why it is being closed; null while it is served.</summary>
    public CloseReason? Closing { get; set; }

    /// <summary>Whether the connection has ended and the worker has let go of it.</summary>
    public bool IsGone { get; set; }

    /// <summary>Whether the close frame has been given to the wire.</summary>
    public bool CloseGiven { get; set; }

    /// <summary>When the connection is cut if the client has not closed by then. Ticks.</summary>
    public long CloseDeadline { get; set; }

    /// <summary>When the next ping is due. Ticks.</summary>
    public long NextPingAt { get; set; }

    /// <summary>When the ping was asked for that no frame has answered yet; 0 when none is open. Ticks.</summary>
    public long PingedAt { get; set; }

    /// <summary>Messages that it was owed and for which there was no room.</summary>
    public int Missed { get; set; }

    /// <summary>When it last got something that told it a position. Ticks.</summary>
    public long ToldAt { get; set; }

    /// <summary>Charges a request to the client's rate.</summary>
    public RequestVerdict Charge(long now) => _budget.Charge(now);

    /// <summary>Whether a <c>rate_limited</c> error may be sent: at most one a second.</summary>
    public bool MayHearOfRate(long now)
    {
        if (_rateErrorAt != long.MinValue && now - _rateErrorAt < _ticksPerSecond) return false;
        _rateErrorAt = now;
        return true;
    }

    /// <summary>Counts a request that could not be understood.</summary>
    /// <returns>True when there have been too many within the window that ends now.</returns>
    public bool CountBadRequest(long now)
    {
        _badRequestsAt ??= new long[MaxBadRequests];
        _badRequestsAt[_badRequests++ % MaxBadRequests] = now;
        return _badRequests >= MaxBadRequests && now - _badRequestsAt[_badRequests % MaxBadRequests] <= BadRequestWindowSeconds * _ticksPerSecond;
    }
}
