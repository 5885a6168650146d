using WsFanout.Messages;

namespace WsFanout.Clients;

/// <summary>
/// Frames owed to one client that its socket has not taken yet, in order. Sits between the worker's loop, which adds, and the wire, which takes.
/// </summary>
/// <remarks>
/// The owning worker only. Bounded by messages and by bytes; one without either takes one frame of any size. In a burst it may be overdrawn, by what
/// all queues of the worker share, until it has overflowed and not been empty since. Answers are never dropped and count for bytes. What the wire
/// has taken counts for neither. A replay is one entry and counts as a small answer; nothing behind it leaves before it is over.
/// </remarks>
/// <param name="overdraft">Shared by all queues of a worker; null: there is none.</param>
internal sealed class SendQueue(int maxMessages, long maxBytes, Overdraft? overdraft = null)
{
    /// <summary>What an unfinished replay counts among the answers. What it remembers has bounds of its own: its names, and those of whoever reads it from the History.</summary>
    public const int ReplayBytes = 4096;

    // Frame, SlowGap or Replay.
    private EntryRing _entries = new();
    private QueueLoad _load = new(maxMessages, maxBytes, overdraft);
    private bool _hasOverflowed;

    // Nothing before it is a message.
    private int _oldest;

    /// <summary>Entries waiting.</summary>
    public int Count => _entries.Count;

    /// <summary>Messages of the stream among them.</summary>
    public int Messages => _load.Messages;

    /// <inheritdoc cref="EntryRing.Slots"/>
    public int Slots => _entries.Slots;

    /// <summary>Bytes waiting, those of replays not counted.</summary>
    public long Bytes => _load.Bytes;

    /// <summary>Unfinished replays.</summary>
    public int Replays => _load.Replays;

    /// <summary>Whether a replay is unfinished.</summary>
    public bool HasReplay => _load.Replays > 0;

    /// <summary>Whether a replay that answers a <c>replay</c> is unfinished.</summary>
    public bool HasLookBack => _load.LookBacks > 0;

    /// <summary>The replay that has to be advanced before anything can leave; null when something can.</summary>
    public Replay? Unready => Count > 0 && _entries[0] is Replay { Ready.Count: 0 } replay ? replay : null;

    /// <summary>The message of the stream that has waited longest; null when none waits.</summary>
    public Message? OldestMessage
    {
        get
        {
            if (_load.Messages == 0) return null;
            while (_entries[_oldest] is not Message) _oldest++;
            return (Message)_entries[_oldest];
        }
    }

    /// <inheritdoc cref="QueueLoad.IsOverdrawn"/>
    public bool IsOverdrawn => _load.IsOverdrawn;

    /// <summary>Whether more may wait than the bounds allow: not when that is used up, or this queue has overflowed and not been empty since.</summary>
    public bool MayOverdraw => !_hasOverflowed && _load.MayOverdraw;

    /// <summary>Adds a message unless that would exceed the message or the byte bound. Never blocks.</summary>
    public SendOutcome Add(Message message)
    {
        if (!_load.Fits(message)) return SendOutcome.TooSlow;

        Append(message);
        return SendOutcome.Queued;
    }

    /// <summary>Adds a message beyond the bounds. Only when <see cref="MayOverdraw"/>. Never blocks.</summary>
    public void AddBeyond(Message message) => Append(message);

    /// <summary>Adds a message; the oldest leave for it as far as the bounds ask for, and a gap stands in their place. Never blocks.</summary>
    /// <returns>Messages that left, perhaps this one among them, and gaps that are new.</returns>
    public (int Dropped, int Gaps) AddDroppingOldest(Message message)
    {
        var (dropped, gaps) = DropOldest(message);

        // Only answers are left, and take all the room.
        if (!_load.Fits(message)) return (dropped + 1, gaps + DropAtOnce(message));
        Append(message);
        return (dropped, gaps);
    }

    /// <summary>The oldest messages leave until the bounds hold, and a gap stands in their place.</summary>
    /// <returns>Messages that left, and gaps that are new.</returns>
    public (int Dropped, int Gaps) DropToBounds() => IsOverdrawn ? DropOldest(null) : (0, 0);

    /// <summary>Adds a frame that must not be lost: an answer, or word of what was lost. Never blocks.</summary>
    public SendOutcome AddAnswer(Frame frame)
    {
        if (Count > 0 && !_load.FitsAnswer(frame.Length)) return SendOutcome.TooSlow;

        Append(frame);
        return SendOutcome.Queued;
    }

    /// <summary>Adds a replay. Never blocks.</summary>
    public SendOutcome AddReplay(Replay replay)
    {
        if (Count > 0 && !_load.FitsAnswer(ReplayBytes)) return SendOutcome.TooSlow;

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
        var dropped = _load.Messages;
        var kept = 0;
        while (kept < Count && _entries[kept] is not Replay) kept++;
        while (Count > kept)
        {
            _load.Remove(_entries[Count - 1]);
            _entries.RemoveLast();
        }

        _oldest = Math.Min(_oldest, Count);
        if (Count == 0) _hasOverflowed = false;
        return dropped - _load.Messages;
    }

    /// <summary>Drops everything, the memory as well.</summary>
    /// <returns>Messages of the stream that were dropped.</returns>
    public int Clear()
    {
        var dropped = _load.Messages;
        _entries.Clear();
        _load.Clear();
        _hasOverflowed = false;
        _oldest = 0;
        return dropped;
    }

    private static bool Look(Frame frame, Span<Frame?> batch, ref int seen, ref long bytesLeft)
    {
        bytesLeft -= frame.Length;
        if (seen == batch.Length || (seen > 0 && bytesLeft < 0)) return false;
        batch[seen++] = frame;
        return true;
    }

    /// <summary>One walk over what leaves: an overdrawn queue may be far beyond its bounds.</summary>
    /// <param name="next">What is to fit; null: nothing more.</param>
    /// <returns>As <see cref="DropToBounds"/>. A gap that grows is no new one.</returns>
    private (int Dropped, int Gaps) DropOldest(Message? next)
    {
        _hasOverflowed = true;
        var (dropped, gaps, kept, seen) = (0, 0, 0, 0);
        for (; _load.Messages > 0 && (next is null ? IsOverdrawn : !_load.Fits(next)); seen++)
        {
            var entry = _entries[seen];
            if (entry is Message message)
            {
                _load.Remove(message);
                dropped++;
                if (kept > 0 && _entries[kept - 1] is SlowGap before)
                {
                    before.GrowTo(message.Sequence);
                    continue;
                }

                entry = new SlowGap(message.Sequence);
                gaps++;
            }

            _entries[kept++] = entry;
        }

        // What is kept of the walk moves up to what was not reached.
        for (var i = kept - 1; i >= 0; i--) _entries[seen - kept + i] = _entries[i];
        for (var i = kept; i < seen; i++) _entries.RemoveFirst();
        _oldest = kept;
        _entries.Shrink();
        return (dropped, gaps);
    }

    /// <returns>1, or 0 when the gap before it grows.</returns>
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
        _load.Add(entry);
    }

    private void RemoveHead()
    {
        _load.Remove(_entries[0]);
        _entries.RemoveFirst();
        if (_oldest > 0) _oldest--;
        if (Count == 0) _hasOverflowed = false;
        if (Slots > QueueShelf.MostSlots) _entries.Shrink();
    }
}
