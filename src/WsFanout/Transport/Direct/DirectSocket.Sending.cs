using System.Runtime.InteropServices;
using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Transport.Direct;

/// <summary>The sending side: one send that never waits, and what the socket has not taken.</summary>
internal sealed partial class DirectSocket
{
    private static readonly Frame PingFrame = Frame.Of(Opcode.Ping, []);

    // Null while the socket takes everything at once.
    private Backlog? _backlog;
    private bool _isFull;
    private bool _isPingAsked;
    private bool _isLastGiven;
    private bool _closesBehind;
    private bool _isHalfClosed;

    public bool IsIdle => !_isFull && !HasRest;

    public int OpenSocket => IsIdle ? Descriptor : -1;

    public long BlockedSince => _backlog?.Since ?? 0;

    public long LastProgressAt => BlockedSince;

    public long PingSentAt { get; private set; }

    /// <summary>What will never leave whole if the connection ends now.</summary>
    public ReadOnlySpan<Frame?> Unsent => HasRest ? MemoryMarshal.CreateReadOnlySpan(ref _backlog!.Rest, 1) : [];

    private bool HasRest => _backlog?.Rest is not null;

    /// <summary>Offers whole frames to an open socket of a client, without a look at its record.</summary>
    /// <returns>Bytes taken. Fewer than offered: the lane is to be closed; -1: nothing, and the record tells why when it is asked to send.</returns>
    public static int Offer(int openSocket, ReadOnlySpan<byte> frames) => Libc.Send(openSocket, frames);

    // Full, or broken: either way nothing more can be sent now, and of a client's that is broken the poller tells as well.
    public int SendNow(ReadOnlySpan<byte> frames) => SendNow(frames, out _);

    /// <param name="isBroken">Whether nothing can be sent ever again; the poller may have told of that before.</param>
    public int SendNow(ReadOnlySpan<byte> bytes, out bool isBroken)
    {
        isBroken = false;
        var taken = Libc.Send(Descriptor, bytes);
        if (taken == bytes.Length) return taken;

        isBroken = taken < 0 && Marshal.GetLastPInvokeError() is not (Libc.Again or Libc.Interrupted or Libc.NoBuffers or Libc.NoMemory);
        NoteFull();
        return Math.Max(0, taken);
    }

    public void KeepRest(Frame frame, int taken)
    {
        NoteFull();
        var backlog = BacklogSoFar;
        backlog.Rest = frame;
        backlog.Taken = taken;
    }

    public ReadOnlySpan<Frame?> Send(SendQueue queue)
    {
        var buffer = _loop.SendBuffer;
        var taken = SendNow(buffer.Gather(queue));
        var frames = buffer.Taken(taken, out var part);
        queue.RemoveFirst(frames.Length + (part is null ? 0 : 1));
        if (part is { } begun) KeepRest(begun.Frame, begun.Bytes);
        if (taken > 0) NoteProgress();
        if (queue.Count == 0) NoteDrained();
        return frames;
    }

    /// <summary>There may be room again: sends the rest of what was begun.</summary>
    /// <returns>The frame that has left whole with it; or none.</returns>
    public ReadOnlySpan<Frame?> Resume()
    {
        _isFull = false;
        if (_backlog is not { Rest: { } rest } backlog)
        {
            SendAskedPing();
            return [];
        }

        var taken = SendNow(rest.Bytes.AsSpan(backlog.Taken));
        if (taken > 0) NoteProgress();
        backlog.Taken += taken;
        if (backlog.Taken < rest.Length) return [];

        backlog.Rest = null;
        if (ReferenceEquals(rest, PingFrame)) PingSentAt = _loop.Time.GetTimestamp();
        if (backlog.Last is { } last)
        {
            backlog.Last = null;
            Begin(last);
        }

        EndSending();
        SendAskedPing();
        _loop.Finished[0] = rest;
        return _loop.Finished;
    }

    /// <summary>Nothing of the client's waits any more.</summary>
    public void NoteDrained()
    {
        if (IsIdle) _backlog = null;
    }

    public bool HasProgressed()
    {
        if (_backlog is not { } backlog) return false;
        var before = backlog.Unacknowledged;
        backlog.Unacknowledged = Libc.Unacknowledged(Descriptor);
        if (backlog.Unacknowledged >= before) return false;
        NoteProgress();
        return true;
    }

    public void Ping()
    {
        _isPingAsked = true;
        SendAskedPing();
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

    private Backlog BacklogSoFar => _backlog ??= new Backlog(_loop.Time.GetTimestamp(), Libc.Unacknowledged(Descriptor));

    /// <param name="half">Whether this end is closed right behind it: there is no answer to wait for.</param>
    private void SendLast(Frame frame, bool half)
    {
        _isPingAsked = false;
        _isLastGiven = true;
        _closesBehind = half;
        if (HasRest) _backlog!.Last = frame;
        else Begin(frame);
        EndSending();
    }

    private void EndSending()
    {
        if (!_closesBehind || _isHalfClosed || HasRest) return;
        _isHalfClosed = true;
        _ = Libc.Shutdown(Descriptor, Libc.ShutWrite);
    }

    private void SendAskedPing()
    {
        if (!_isPingAsked || !IsIdle) return;
        _isPingAsked = false;
        Begin(PingFrame);
        if (!HasRest) PingSentAt = _loop.Time.GetTimestamp();
    }

    private void Begin(Frame frame)
    {
        var taken = _isFull ? 0 : SendNow(frame.Bytes);
        if (taken < frame.Length) KeepRest(frame, taken);
    }

    private void NoteFull()
    {
        _isFull = true;
        _ = BacklogSoFar;
        Client?.CloseLane();
    }

    private void NoteProgress()
    {
        if (_backlog is { } backlog) backlog.Since = _loop.Time.GetTimestamp();
    }
}
