using WsFanout.Messages;

namespace WsFanout.Clients;

/// <summary>
/// Frames owed to one client that its socket has not taken yet, in order. Sits between the worker's loop, which adds, and the wire, which takes.
/// </summary>
/// <remarks>
/// The owning worker only. Bounded by messages and by bytes; an empty queue takes one frame of any size. Answers are never dropped and
/// count for bytes. What the wire has taken counts for neither.
/// </remarks>
internal sealed class SendQueue(int maxMessages, long maxBytes)
{
    private const int InitialSlots = 8;

    private Frame?[] _ring = [];
    private int _head;
    private int _messages;
    private long _bytes;
    private long _answerBytes;

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

    /// <summary>Looks at the oldest frames without taking them: at least one, then as many as fit.</summary>
    /// <param name="batchBytes">Bytes above which no further frame is looked at.</param>
    /// <returns>Frames in <paramref name="batch"/>; 0 when the queue is empty.</returns>
    public int Peek(Span<Frame?> batch, long batchBytes)
    {
        var seen = 0;
        for (var bytes = 0L; seen < Count && seen < batch.Length; seen++)
        {
            var frame = _ring[(_head + seen) & (_ring.Length - 1)]!;
            bytes += frame.Length;
            if (seen > 0 && bytes > batchBytes) break;
            batch[seen] = frame;
        }

        return seen;
    }

    /// <summary>The wire has taken the oldest frames.</summary>
    public void RemoveFirst(int frames)
    {
        for (; frames > 0; frames--)
        {
            var frame = _ring[_head]!;
            _ring[_head] = null;
            _head = (_head + 1) & (_ring.Length - 1);
            Count--;
            _bytes -= frame.Length;
            if (frame is Message) _messages--;
            else _answerBytes -= frame.Length;
        }
    }

    /// <summary>Moves the oldest frames to <paramref name="batch"/>: as <see cref="Peek"/> and <see cref="RemoveFirst"/>.</summary>
    public int Take(Span<Frame?> batch, long batchBytes)
    {
        var taken = Peek(batch, batchBytes);
        RemoveFirst(taken);
        return taken;
    }

    /// <summary>Drops everything, the memory as well.</summary>
    /// <returns>Messages of the stream that were dropped.</returns>
    public int Clear()
    {
        var dropped = _messages;
        _ring = [];
        _head = Count = _messages = 0;
        _bytes = _answerBytes = 0;
        return dropped;
    }

    private void Append(Frame frame)
    {
        if (Count == _ring.Length) Grow();
        _ring[(_head + Count) & (_ring.Length - 1)] = frame;
        Count++;
        _bytes += frame.Length;
    }

    private void Grow()
    {
        var larger = new Frame?[Math.Max(InitialSlots, _ring.Length * 2)];
        for (var i = 0; i < Count; i++) larger[i] = _ring[(_head + i) & (_ring.Length - 1)];
        _ring = larger;
        _head = 0;
    }
}
