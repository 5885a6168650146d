using WsFanout.Messages;

namespace WsFanout.Clients;

/// <summary>
/// Frames owed to one client, in order. Sits between the worker's loop, which adds, and the wire, which takes a batch at a time.
/// </summary>
/// <remarks>
/// The owning worker only. Bounded by messages and by bytes; an empty queue takes one frame of any size. Answers are never dropped and
/// count for bytes. What the wire has taken counts for neither.
/// </remarks>
internal sealed class SendQueue(int maxMessages, long maxBytes)
{
    private const int InitialSlots = 4;

    /// <summary>Slots kept for ever when the queue runs empty: little enough for an idle client.</summary>
    private const int KeptSlots = 16;

    /// <summary>Slots kept while they are used: what the worker deals in one turn, so that bursts allocate nothing.</summary>
    private const int BurstSlots = 64;

    /// <summary>Times that the queue must run empty without having used a quarter of its slots before it gives them back.</summary>
    private const int QuietRounds = 8;

    private Frame?[] _ring = [];
    private int _head;
    private int _messages;
    private long _bytes;
    private long _answerBytes;

    // How far it has filled since it last ran empty, and how often that was little.
    private int _peak;
    private int _quietRounds;

    /// <summary>Frames waiting.</summary>
    public int Count { get; private set; }

    /// <summary>Messages of the stream among them.</summary>
    public int Messages => _messages;

    /// <summary>Places in memory, used or not.</summary>
    public int Slots => _ring.Length;

    /// <summary>Bytes waiting.</summary>
    public long Bytes => _bytes;

    /// <summary>Adds a message unless that would exceed the message or the byte bound. Never blocks.</summary>
    public SendOutcome Add(Message message)
    {
        if (Count > 0 && (_messages >= maxMessages || _bytes + message.Length > maxBytes)) return SendOutcome.TooSlow;

        _messages++;
        Append(message);
        return SendOutcome.Queued;
    }

    /// <summary>Adds a frame that must not be lost: an answer, or word of what was lost. Never blocks.</summary>
    public SendOutcome AddAnswer(Frame frame)
    {
        if (Count > 0 && _answerBytes + frame.Length > maxBytes) return SendOutcome.TooSlow;

        _answerBytes += frame.Length;
        Append(frame);
        return SendOutcome.Queued;
    }

    /// <summary>Moves the oldest frames to <paramref name="batch"/>: at least one, then as many as fit.</summary>
    /// <param name="batchBytes">Bytes after which no further frame is taken.</param>
    /// <returns>Frames moved; 0 when the queue is empty.</returns>
    public int Take(Span<Frame?> batch, long batchBytes)
    {
        var taken = 0;
        for (var bytes = 0L; Count > 0 && taken < batch.Length; taken++)
        {
            var frame = _ring[_head]!;
            bytes += frame.Length;
            if (taken > 0 && bytes > batchBytes) break;
            batch[taken] = frame;
            RemoveFirst(frame);
        }

        if (Count == 0 && taken > 0 && _ring.Length > KeptSlots) GiveBackSlots();
        return taken;
    }

    /// <summary>Drops everything.</summary>
    /// <returns>Messages of the stream that were dropped.</returns>
    public int Clear()
    {
        var dropped = _messages;
        _ring = [];
        _head = Count = _messages = 0;
        _bytes = _answerBytes = 0;
        return dropped;
    }

    private void RemoveFirst(Frame frame)
    {
        _ring[_head] = null;
        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
        _bytes -= frame.Length;
        if (frame is Message) _messages--;
        else _answerBytes -= frame.Length;
    }

    private void Append(Frame frame)
    {
        if (Count == _ring.Length) Grow();
        _ring[(_head + Count) & (_ring.Length - 1)] = frame;
        Count++;
        if (Count > _peak) _peak = Count;
        _bytes += frame.Length;
    }

    private void GiveBackSlots()
    {
        _quietRounds = _peak * 4 > _ring.Length ? 0 : _quietRounds + 1;
        _peak = 0;
        if (_ring.Length <= BurstSlots && _quietRounds < QuietRounds) return;
        _ring = [];
        _quietRounds = 0;
    }

    private void Grow()
    {
        var larger = new Frame?[Math.Max(InitialSlots, _ring.Length * 2)];
        for (var i = 0; i < Count; i++) larger[i] = _ring[(_head + i) & (_ring.Length - 1)];
        _ring = larger;
        _head = 0;
    }
}
