using System.Text.Json.Nodes;
using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout;

/// <summary>A wire that takes everything at once and keeps it, or, while stuck, takes a batch and never gives it back.</summary>
internal sealed class TestWire(TimeProvider time) : IWire
{
    private readonly Frame?[] _batch = new Frame?[64];

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

    public bool IsIdle { get; private set; } = true;

    public long LastReceivedAt { get; set; } = time.GetTimestamp();

    public long LastProgressAt { get; private set; } = time.GetTimestamp();

    /// <summary>The stuck batch has left after all.</summary>
    public void BatchDone()
    {
        IsStuck = NeverDone = false;
        IsIdle = true;
    }

    public void Send(SendQueue queue)
    {
        LastProgressAt = time.GetTimestamp();
        if (IsStuck || NeverDone)
        {
            queue.Take(_batch, 64 * 1024);
            IsIdle = false;
            return;
        }

        for (int taken; (taken = queue.Take(_batch, 64 * 1024)) > 0;)
        {
            if (!Keeps) continue;
            foreach (var frame in _batch.AsSpan(0, taken)) Frames.Add(JsonNode.Parse(frame!.Payload.Span)!);
        }
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
