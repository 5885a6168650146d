using System.Runtime.InteropServices;
using WsFanout.Clients;
using WsFanout.Transport.Frames;

namespace WsFanout.Transport.Direct;

/// <summary>
/// One socket of the direct way, from its first byte to its last: a record in its worker's loop. Once its handshake is over it is a client's
/// wire: frames leave by one send that never waits, and what the socket does not take stays with the client.
/// </summary>
/// <remarks>The worker's thread only. Kept small: there are as many as clients.</remarks>
internal sealed partial class DirectSocket : IWire
{
    private readonly SocketLoop _loop;
    private readonly Action _giveBackPlace;

    // The client's place while it is one; given back when the worker lets go, or with the descriptor.
    private Action? _giveBackLease;

    // Before it is a client: who introduced it, then its HTTP connection, then what it brings along.
    private object? _opening;

    private bool _isOver;

    public DirectSocket(SocketLoop loop, int descriptor, Action giveBackPlace, object opening)
    {
        _loop = loop;
        _giveBackPlace = giveBackPlace;
        _opening = opening;
        Descriptor = descriptor;
        LastReceivedAt = loop.Time.GetTimestamp();
    }

    /// <summary>-1 once it is closed, so that nothing can be sent to whoever has the number by then.</summary>
    public int Descriptor { get; private set; }

    /// <summary>Place in the loop's table, and which of those that had the place it is.</summary>
    public (int Slot, uint Generation) Token { get; set; }

    public SocketPhase Phase { get; private set; }

    /// <summary>The client at this end; its worker's.</summary>
    public Client? Client { get; set; }

    /// <summary>A message of which only a part has come; null between messages.</summary>
    public PartialMessage? Partial { get; set; }

    /// <summary>Whether nothing that comes counts any more: the client broke the rules of framing, or has said its last word.</summary>
    public bool IsDeaf { get; set; }

    public long LastReceivedAt { get; private set; }

    public long UnfinishedSince => Partial?.StartedAt ?? 0;

    public HttpConnection? Http => _opening as HttpConnection;

    public Introduction? Introduction => _opening as Introduction;

    public void BeginHttp(HttpConnection connection)
    {
        _opening = connection;
        Phase = SocketPhase.Http;
    }

    /// <summary>From here on the client's place is given back with the socket, at the latest.</summary>
    public void Hold(Action giveBackLease)
    {
        _giveBackLease = giveBackLease;
        if (Phase == SocketPhase.Closed) EndLease();
    }

    public void BeginClient(Arrival arrival)
    {
        _opening = arrival;
        Phase = SocketPhase.Client;
    }

    /// <summary>What came with the takeover. Once.</summary>
    public Arrival TakeArrival()
    {
        var arrival = (Arrival)_opening!;
        _opening = null;
        return arrival;
    }

    /// <summary>Takes what has come.</summary>
    /// <param name="received">Valid until the loop's next receive.</param>
    /// <returns>Bytes, 0 at the end, or -1: <paramref name="isOver"/> tells whether for ever.</returns>
    public int Receive(out Span<byte> received, out bool isOver)
    {
        var count = Libc.Receive(Descriptor, _loop.ReceiveBuffer);
        received = count > 0 ? _loop.ReceiveBuffer.AsSpan(0, count) : default;
        isOver = _isOver = count == 0 || (count < 0 && Marshal.GetLastPInvokeError() is not (Libc.Again or Libc.Interrupted));
        if (count > 0) LastReceivedAt = _loop.Time.GetTimestamp();
        return count;
    }

    public void Abort() => _loop.Cut(this);

    public void Release()
    {
        Client = null;
        Partial = null;
        EndLease();
        if (Phase != SocketPhase.Client) return;
        if (_isOver) _loop.Close(this);
        else _loop.Linger(this);
    }

    /// <summary>Nothing will be sent any more but what has been given: whoever reads sees this end close behind it.</summary>
    public void BeginLinger()
    {
        Phase = SocketPhase.Lingering;
        _isPingAsked = false;
        _closesBehind = true;
        EndSending();
    }

    /// <summary>The descriptor is being closed.</summary>
    public void GiveBack()
    {
        Phase = SocketPhase.Closed;
        Descriptor = -1;
        Client?.CloseLane();
        EndLease();
        _opening = null;
        _giveBackPlace();
    }

    private void EndLease()
    {
        if (_giveBackLease is not { } giveBack) return;
        _giveBackLease = null;
        giveBack();
        _loop.CountClient(-1);
    }
}
