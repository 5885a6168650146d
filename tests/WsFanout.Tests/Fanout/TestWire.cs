using System.Net.Sockets;
using System.Text.Json.Nodes;
using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout;

/// <summary>A wire that takes everything at once and keeps it, or, while stuck, takes a batch and never gives it back.</summary>
internal sealed class TestWire(TimeProvider time) : IWire
{
    private readonly Frame?[] _batch = new Frame?[64];
    private Frame? _rest;
    private int _restTaken;
    private long _readyAt;

    public List<JsonNode> Frames { get; } = [];

    /// <summary>Whether frames are kept; a test of allocations wants none.</summary>
    public bool Keeps { get; set; } = true;

    public bool IsStuck
    {
        get => BlockedSince != 0;
        set => BlockedSince = value ? time.GetTimestamp() : 0;
    }

    /// <summary>Whether a batch is taken and not given back, though bytes keep moving.</summary>
    public bool NeverDone { get; set; }

    public long BlockedSince { get; private set; }

    public CloseReason? Closed { get; private set; }

    public int Pings { get; private set; }

    public bool IsAborted { get; private set; }

    public bool IsReleased { get; private set; }

    /// <summary>It reads, one frame in this time; null: everything at once.</summary>
    public TimeSpan? OneEvery { get; set; }

    public bool IsIdle { get => field && time.GetTimestamp() >= _readyAt; private set; } = true;

    public long UnfinishedSince { get; set; }

    /// <summary>Whether the other end acknowledges bytes though the socket shows no room.</summary>
    public bool IsProgressing { get; set; }

    public bool HasProgressed()
    {
        if (IsProgressing) LastProgressAt = time.GetTimestamp();
        return IsProgressing;
    }

    /// <summary>A real socket for sends past the wire; null: there is none.</summary>
    public Socket? Socket { get; set; }

    public int OpenSocket => Socket is { } socket && IsIdle ? (int)socket.Handle : -1;

    public long LastReceivedAt { get; set; } = time.GetTimestamp();

    public long LastProgressAt { get; private set; } = time.GetTimestamp();

    /// <summary>The stuck batch has left after all.</summary>
    public void BatchDone()
    {
        IsStuck = NeverDone = false;
        IsIdle = true;
    }

    /// <summary>Bytes that the socket takes at once, as the direct way does; null: everything goes by the queue.</summary>
    public int? Room { get; set; }

    /// <summary>Every byte that was taken at once, in order.</summary>
    public List<byte> Bytes { get; } = [];

    public int SendNow(ReadOnlySpan<byte> frames)
    {
        if (Room is not { } room) return 0;
        var taken = Math.Min(room, frames.Length);
        Room = room - taken;
        if (Keeps) Bytes.AddRange(frames[..taken]);
        if (taken < frames.Length) Fill();
        return taken;
    }

    public void KeepRest(Frame frame, int taken)
    {
        if (_restTaken != 0 || taken <= 0 || taken >= frame.Length) throw new InvalidOperationException("there is one rest at most, and it is a part");
        (_rest, _restTaken) = (frame, taken);
        Fill();
    }

    /// <summary>The socket has room again: it takes the rest of the frame that it has a part of.</summary>
    public void Drain(int room)
    {
        Room = room;
        IsIdle = true;
        BlockedSince = 0;
        if (_rest is not { } rest) return;
        _rest = null;
        var taken = SendNow(rest.Bytes.AsSpan(_restTaken));
        if (!IsIdle) (_rest, _restTaken) = (rest, _restTaken + taken);
        else _restTaken = 0;
    }

    public ReadOnlySpan<Frame?> Send(SendQueue queue)
    {
        LastProgressAt = time.GetTimestamp();
        if (Room is not null) return SendFromQueue(queue);
        if (IsStuck || NeverDone)
        {
            queue.Take(_batch, 64 * 1024);
            IsIdle = false;
            return [];
        }

        if (OneEvery is { } pace)
        {
            queue.Peek(_batch, 1);
            queue.RemoveFirst(1);
            Frames.Add(JsonNode.Parse(_batch[0]!.Payload.Span)!);
            _readyAt = time.GetTimestamp() + (long)(pace.TotalSeconds * time.TimestampFrequency);
            return [];
        }

        for (int taken; (taken = queue.Take(_batch, 64 * 1024)) > 0;)
        {
            if (!Keeps) continue;
            foreach (var frame in _batch.AsSpan(0, taken)) Frames.Add(JsonNode.Parse(frame!.Payload.Span)!);
        }

        return [];
    }

    private ReadOnlySpan<Frame?> SendFromQueue(SendQueue queue)
    {
        queue.Peek(_batch, 1);
        var frame = _batch[0]!;
        var taken = SendNow(frame.Bytes);
        if (taken > 0) queue.RemoveFirst(1);
        if (taken == frame.Length) return _batch.AsSpan(0, 1);
        if (taken > 0) KeepRest(frame, taken);
        return [];
    }

    private void Fill()
    {
        IsIdle = false;
        if (BlockedSince == 0) BlockedSince = LastProgressAt = time.GetTimestamp();
    }

    public long PingSentAt { get; private set; }

    /// <summary>Whether pings wait behind what is being written.</summary>
    public bool HoldsPings { get; set; }

    public void Ping()
    {
        Pings++;
        if (!HoldsPings) PingSentAt = time.GetTimestamp();
    }

    public void Close(CloseReason reason) => Closed = reason;

    public void Abort() => IsAborted = true;

    public void Release() => IsReleased = true;

    public IEnumerable<JsonNode> OfType(string type) => Frames.Where(frame => frame["type"]!.GetValue<string>() == type);
}
