using WsFanout.Messages;

namespace WsFanout.Clients;

/// <summary>
/// Frames owed to one client that its socket has not taken yet, in order. Sits between the worker's loop, which adds, and the wire, which takes.
/// </summary>
/// <remarks>
/// The owning worker only. Bounded by messages and by bytes; one without either takes one frame of any size. In a burst it may be overdrawn, by what
/// all queues of the worker share, until it has overflowed and not been empty since. Answers are never dropped and count for bytes. What the wire has taken counts for neither. A replay is one entry and counts as a small answer; nothing behind it leaves
/// before it is over.
/// </remarks>
/// <param name="overdraft">Shared by all queues of a worker; null: there is none.</param>
internal sealed class SendQueue(int maxMessages, long maxBytes, Overdraft? overdraft = null)
{
    /// <summary>What an unfinished replay counts among the answers. What it remembers has bounds of its own: its names, and those of whoever reads it from the History.</summary>
    public const int ReplayBytes = 4096;

    // Frame, SlowGap or Replay.
    private EntryRing _entries = new();
    private int _messages;
    private long _bytes;
    private long _answerBytes;
    private int _replays;
    private int _lookBacks;
    private bool _hasOverflowed;

    /// <summary>Entries waiting.</summary>
    public int Count => _entries.Count;

    /// <summary>Messages of the stream among them.</summary>
    public int Messages => _messages;

    /// <inheritdoc cref="EntryRing.Slots"/>
    public int Slots => _entries.Slots;

    /// <summary>Bytes waiting, those of replays not counted.</summary>
    public long Bytes => _bytes;

    /// <summary>Unfinished replays.</summary>
    public int Replays => _replays;

    /// <summary>Whether a replay is unfinished.</summary>
    public bool HasReplay => _replays > 0;

    /// <summary>Whether a replay that answers a <c>replay</c> is unfinished.</summary>
    public bool HasLookBack => _lookBacks > 0;

    /// <summary>The replay that has to be advanced before anything can leave; null when something can.</summary>
    public Replay? Unready => Count > 0 && _entries[0] is Replay { Ready.Count: 0 } replay ? replay : null;

    /// <summary>The message of the stream that has waited longest; null when none waits.</summary>
    public Message? OldestMessage
    {
        get
        {
            for (var offset = 0; _messages > 0 && offset < Count; offset++)
            {
                if (_entries[offset] is Message message) return message;
            }

            return null;
        }
    }

    /// <summary>Adds a message unless that would exceed the message or the byte bound. Never blocks.</summary>
    public SendOutcome Add(Message message)
    {
        if (!Fits(message)) return SendOutcome.TooSlow;

        Append(message);
        return SendOutcome.Queued;
    }

    /// <summary>Adds a message beyond the bounds. Never blocks.</summary>
    /// <returns>False when that is used up, or this queue has overflowed and not been empty since.</returns>
    public bool TryOverdraw(Message message)
    {
        if (_hasOverflowed || overdraft is not { HasRoom: true }) return false;

        Append(message);
        return true;
    }

    /// <summary>Adds a message; the oldest leave for it as far as the bounds ask for, and a gap stands in their place. Never blocks.</summary>
    /// <returns>Messages that left, perhaps this one among them, and gaps that are new.</returns>
    public (int Dropped, int Gaps) AddDroppingOldest(Message message)
    {
        var (dropped, gaps) = (0, 0);
        _hasOverflowed = true;
        while (!Fits(message))
        {
            // Only answers are left, and take all the room.
            if (_messages == 0) return (dropped + 1, gaps + DropAtOnce(message));
            gaps += DropOldest();
            dropped++;
        }

        Append(message);
        _entries.Shrink();
        return (dropped, gaps);
    }

    /// <summary>Adds a frame that must not be lost: an answer, or word of what was lost. Never blocks.</summary>
    public SendOutcome AddAnswer(Frame frame)
    {
        if (Count > 0 && _answerBytes + frame.Length > maxBytes) return SendOutcome.TooSlow;

        Append(frame);
        return SendOutcome.Queued;
    }

    /// <summary>Adds a replay. Never blocks.</summary>
    public SendOutcome AddReplay(Replay replay)
    {
        if (Count > 0 && _answerBytes + ReplayBytes > maxBytes) return SendOutcome.TooSlow;

        Append(replay);
        return SendOutcome.Queued;
    }

    /// <summary>Looks at the oldest frames without taking them: at least one if one is ready, then as many as fit.</summary>
    /// <param name="batchBytes">Bytes above which no further frame is looked at.</param>
    /// <returns>Frames in <paramref name="batch"/>; 0 when the queue is empty or begins with a replay that has none ready.</returns>
    public int Peek(Span<Frame?> batch, long batchBytes)
    {
        var seen = 0;
        for (var offset = 0; offset < Count; offset++)
        {
            var entry = _entries[offset];
            if (entry is not Replay replay)
            {
                if (!Look(entry as Frame ?? ((SlowGap)entry).Frame, batch, ref seen, ref batchBytes)) return seen;
                continue;
            }

            foreach (var frame in replay.Ready)
            {
                if (!Look(frame, batch, ref seen, ref batchBytes)) return seen;
            }

            if (!replay.IsOver) return seen;
        }

        return seen;
    }

    /// <summary>The wire has taken the oldest frames.</summary>
    public void RemoveFirst(int frames)
    {
        for (; frames > 0; frames--)
        {
            while (_entries[0] is Replay { Ready.Count: 0 }) RemoveHead();
            if (_entries[0] is Replay replay) replay.Ready.Dequeue();
            else RemoveHead();
        }

        RemoveFinished();
    }

    /// <summary>Moves the oldest frames to <paramref name="batch"/>: as <see cref="Peek"/> and <see cref="RemoveFirst"/>.</summary>
    public int Take(Span<Frame?> batch, long batchBytes)
    {
        var taken = Peek(batch, batchBytes);
        RemoveFirst(taken);
        return taken;
    }

    /// <summary>A replay that has nothing more to say leaves, if it is the oldest.</summary>
    public void RemoveFinished()
    {
        while (Count > 0 && _entries[0] is Replay { IsOver: true, Ready.Count: 0 }) RemoveHead();
    }

    /// <summary>Drops the first unfinished replay and everything behind it; what waits before it stays.</summary>
    /// <remarks>
    /// The messages: inside open brackets they would be taken for replayed ones, and behind half of a resume they would hide the other half. The
    /// answers: a position would cover messages that were dropped, and an error whose acknowledgement was dropped would refuse the whole request.
    /// </remarks>
    /// <returns>Messages of the stream that were dropped.</returns>
    public int DropFromReplay()
    {
        var dropped = _messages;
        var kept = 0;
        while (kept < Count && _entries[kept] is not Replay) kept++;
        while (Count > kept)
        {
            Uncount(_entries[Count - 1]);
            _entries.RemoveLast();
        }

        return dropped - _messages;
    }

    /// <summary>Drops everything, the memory as well.</summary>
    /// <returns>Messages of the stream that were dropped.</returns>
    public int Clear()
    {
        var dropped = _messages;
        overdraft?.Change(-Math.Max(0, _messages - maxMessages));
        _entries.Clear();
        _hasOverflowed = false;
        _messages = _replays = _lookBacks = 0;
        _bytes = _answerBytes = 0;
        return dropped;
    }

    private bool Fits(Message message) => _bytes == 0 || (_messages < maxMessages && _bytes + message.Length <= maxBytes);

    private static bool Look(Frame frame, Span<Frame?> batch, ref int seen, ref long bytesLeft)
    {
        bytesLeft -= frame.Length;
        if (seen == batch.Length || (seen > 0 && bytesLeft < 0)) return false;
        batch[seen++] = frame;
        return true;
    }

    /// <returns>Gaps that are new: 1, or 0 when the one before it grows.</returns>
    private int DropOldest()
    {
        var offset = 0;
        while (_entries[offset] is not Message) offset++;
        var message = (Message)_entries[offset];
        Uncount(message);
        if (offset == 0 || _entries[offset - 1] is not SlowGap before)
        {
            _entries[offset] = new SlowGap(message.Sequence);
            return 1;
        }

        // What stands before it moves up by one: the gap, and answers if there are any.
        before.GrowTo(message.Sequence);
        for (var i = offset; i > 0; i--) _entries[i] = _entries[i - 1];
        _entries.RemoveFirst();
        return 0;
    }

    /// <returns>As <see cref="DropOldest"/>.</returns>
    private int DropAtOnce(Message message)
    {
        if (Count > 0 && _entries[Count - 1] is SlowGap before)
        {
            before.GrowTo(message.Sequence);
            return 0;
        }

        Append(new SlowGap(message.Sequence));
        return 1;
    }

    private void Append(object entry)
    {
        _entries.Add(entry);
        Charge(entry, 1);
    }

    private void RemoveHead()
    {
        Uncount(_entries[0]);
        _entries.RemoveFirst();
        if (Count == 0) _hasOverflowed = false;
    }

    private void Uncount(object entry) => Charge(entry, -1);

    private void Charge(object entry, int sign)
    {
        switch (entry)
        {
            case Message message:
                if (sign > 0 ? _messages >= maxMessages : _messages > maxMessages) overdraft?.Change(sign);
                _messages += sign;
                _bytes += sign * message.Length;
                break;
            case Frame answer:
                _bytes += sign * answer.Length;
                _answerBytes += sign * answer.Length;
                break;
            case Replay replay:
                _replays += sign;
                _lookBacks += replay.IsLookBack ? sign : 0;
                _answerBytes += sign * ReplayBytes;
                break;
        }
    }
}
