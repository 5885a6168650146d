using System.Runtime.InteropServices;
using WsFanout.Clients;
using WsFanout.Messages;
using WsFanout.Transport.Frames;

namespace WsFanout.Transport.Direct;

/// <summary>
/// One socket of the direct way, from its first byte to its last: a record in its worker's loop. Once its handshake is over it is a client's
/// wire: frames leave by one send that never waits, and what the socket does not take stays with the client.
/// </summary>
/// <remarks>The worker's thread only. The descriptor is closed nowhere but in <see cref="SocketLoop.Close"/>, so a send can never go to a stranger.</remarks>
internal sealed class DirectSocket : IWire
{
    private static readonly Frame PingFrame = Frame.Of(Opcode.Ping, []);

    private readonly SocketLoop _loop;
    private readonly IDisposable _place;

    // The client's slot while it is one; given back when the worker lets go, or with the descriptor.
    private IDisposable? _lease;

    // Before it is a client: who introduced it, then its HTTP connection, then what it brings along.
    private object? _opening;

    // The frame that the socket has a part of, or could not begin: it goes before anything else.
    private Frame? _rest;
    private int _restTaken;

    // The close frame, while it waits for the rest.
    private Frame? _last;
    private int _unacknowledged;
    private bool _isFull;
    private bool _isPingAsked;
    private bool _isLastGiven;
    private bool _closesBehind;
    private bool _isHalfClosed;
    private bool _isOver;

    public DirectSocket(SocketLoop loop, int descriptor, IDisposable place, object opening)
    {
        _loop = loop;
        _place = place;
        _opening = opening;
        Descriptor = descriptor;
        LastReceivedAt = loop.Time.GetTimestamp();
    }

    public int Descriptor { get; }

    /// <summary>Place in the loop's table, and which of those that had the place it is.</summary>
    public (int Slot, uint Generation) Token { get; set; }

    public SocketPhase Phase { get; set; }

    /// <summary>The client at this end; its worker's.</summary>
    public Client? Client { get; set; }

    /// <summary>A message of which only a part has come; null between messages.</summary>
    public PartialMessage? Partial { get; set; }

    /// <summary>Whether nothing that comes counts any more: the client broke the rules of framing, or has said its last word.</summary>
    public bool IsDeaf { get; set; }

    public bool IsIdle => !_isFull && _rest is null;

    public long LastReceivedAt { get; private set; }

    public long LastProgressAt { get; private set; }

    public long BlockedSince { get; private set; }

    public long PingSentAt { get; private set; }

    /// <summary>Messages of which the socket has a part, or none yet, that will never leave whole if the connection ends now.</summary>
    public ReadOnlySpan<Frame?> Unsent => MemoryMarshal.CreateReadOnlySpan(ref _rest, _rest is null ? 0 : 1);

    public HttpConnection? Http => _opening as HttpConnection;

    public Introduction? Introduction => _opening as Introduction;

    public void BeginHttp(HttpConnection connection)
    {
        _opening = connection;
        Phase = SocketPhase.Http;
    }

    /// <summary>From here on the client's slot is given back with the socket, at the latest.</summary>
    public void Hold(IDisposable lease)
    {
        _lease = lease;
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

    public int SendNow(ReadOnlySpan<byte> frames)
    {
        var taken = Libc.Send(Descriptor, frames);
        if (taken == frames.Length) return taken;

        NoteFull();
        if (taken >= 0) return taken;

        // Broken, or full: either way nothing more can be sent now, and of a broken one the poller tells as well.
        return 0;
    }

    public void KeepRest(Frame frame, int taken)
    {
        _rest = frame;
        _restTaken = taken;
    }

    public ReadOnlySpan<Frame?> Send(SendQueue queue)
    {
        var buffer = _loop.SendBuffer;
        var bytes = buffer.Gather(queue);
        var taken = SendNow(bytes);
        var frames = buffer.Taken(taken, out var part);
        queue.RemoveFirst(frames.Length + (part is null ? 0 : 1));
        if (part is { } begun) KeepRest(begun.Frame, begun.Bytes);
        if (taken > 0) NoteProgress();
        if (queue.Count == 0 && IsIdle) BlockedSince = 0;
        return frames;
    }

    /// <summary>There may be room again: sends the rest of what was begun.</summary>
    /// <returns>The frame that has left whole with it; or none.</returns>
    public ReadOnlySpan<Frame?> Resume()
    {
        _isFull = false;
        if (_rest is not { } rest)
        {
            SendAskedPing();
            return [];
        }

        var taken = SendNow(rest.Bytes.AsSpan(_restTaken));
        if (taken > 0) NoteProgress();
        _restTaken += taken;
        if (_restTaken < rest.Length) return [];

        _rest = null;
        if (ReferenceEquals(rest, PingFrame)) PingSentAt = _loop.Time.GetTimestamp();
        if (_last is { } last)
        {
            _last = null;
            Begin(last);
        }

        EndSending();
        SendAskedPing();
        _loop.Finished[0] = rest;
        return _loop.Finished;
    }

    public long UnfinishedSince => Partial?.StartedAt ?? 0;

    /// <summary>The client has everything that waited for it.</summary>
    public void NoteDrained()
    {
        if (IsIdle) BlockedSince = 0;
    }

    /// <summary>Whether the other end has acknowledged something since this was asked last: then it takes bytes, though the socket shows no room yet.</summary>
    public bool HasProgressed()
    {
        var unacknowledged = Libc.Unacknowledged(Descriptor);
        var has = unacknowledged < _unacknowledged;
        _unacknowledged = unacknowledged;
        if (has) NoteProgress();
        return has;
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

    public void Ping()
    {
        _isPingAsked = true;
        if (IsIdle) SendAskedPing();
    }

    public void Close(CloseReason reason) => SendLast(reason.Frame, half: reason.IsOfTheWire);

    /// <summary>Answers the client's close frame with its own code, behind what the socket has a part of.</summary>
    /// <param name="code">1005: it had none.</param>
    public void AnswerClose(int code)
    {
        IsDeaf = true;
        if (_isLastGiven) return;
        SendLast(code == CloseFrame.NoCode ? CloseFrame.WithoutCode : CloseFrame.Of(code, ""), half: true);
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

    /// <summary>The descriptor is about to be closed.</summary>
    public void GiveBack()
    {
        Phase = SocketPhase.Closed;
        EndLease();
        _opening = null;
        _place.Dispose();
    }

    /// <param name="half">Whether this end is closed right behind it: there is no answer to wait for.</param>
    private void SendLast(Frame frame, bool half)
    {
        _isPingAsked = false;
        _isLastGiven = true;
        _closesBehind = half;
        if (_rest is null) Begin(frame);
        else _last = frame;
        EndSending();
    }

    private void EndSending()
    {
        if (!_closesBehind || _isHalfClosed || _rest is not null || _last is not null) return;
        _isHalfClosed = true;
        _ = Libc.Shutdown(Descriptor, Libc.ShutWrite);
    }

    private void EndLease()
    {
        if (_lease is not { } lease) return;
        _lease = null;
        lease.Dispose();
        _loop.CountClient(-1);
    }

    private void SendAskedPing()
    {
        if (!_isPingAsked || !IsIdle) return;
        _isPingAsked = false;
        Begin(PingFrame);
        if (_rest is null) PingSentAt = _loop.Time.GetTimestamp();
    }

    private void Begin(Frame frame)
    {
        var taken = _isFull ? 0 : SendNow(frame.Bytes);
        if (taken < frame.Length) KeepRest(frame, taken);
    }

    private void NoteFull()
    {
        _isFull = true;
        if (BlockedSince != 0) return;
        BlockedSince = LastProgressAt = _loop.Time.GetTimestamp();
        _unacknowledged = Libc.Unacknowledged(Descriptor);
    }

    private void NoteProgress()
    {
        LastProgressAt = _loop.Time.GetTimestamp();
        if (BlockedSince != 0) BlockedSince = LastProgressAt;
    }
}
