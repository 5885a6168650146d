using WsFanout.Messages;

namespace WsFanout.History;

/// <summary>
/// Held messages of all channels in stream order, in pieces that are linked: who replays walks them while the intake appends at one end and
/// lets go of the other. Messages may leave from the middle; a piece leaves when it is the first and holds none any more.
/// </summary>
/// <remarks>Thread safety: one writer, the intake; <see cref="First"/> from any thread.</remarks>
internal sealed class StreamLog
{
    // The intake only. The pieces by number, those before _left have been let go of.
    private readonly List<LogPiece?> _pieces = [];
    private long _dropped;
    private int _left;
    private LogPiece _last;
    private int _oldestSlot;

    // Written by the intake, read by anyone.
    private LogPiece _first;

    /// <param name="after">Sequence number behind which it begins.</param>
    public StreamLog(long after)
    {
        _first = _last = new LogPiece(after);
        _pieces.Add(_first);
    }

    /// <summary>Where a walk begins. Any thread.</summary>
    public LogPiece First => Volatile.Read(ref _first);

    /// <summary>Slots in memory, emptied ones included. The intake only.</summary>
    public long SlotCount => (long)(_pieces.Count - _left) * LogPiece.Slots;

    /// <summary>The longest held message; null when there is none. The intake only.</summary>
    public Message? Oldest
    {
        get
        {
            LetGo();
            for (; _oldestSlot < _first.Count; _oldestSlot++)
            {
                if (_first[_oldestSlot] is { } message) return message;
            }

            return null;
        }
    }

    /// <summary>The newest of the stream. The intake only.</summary>
    public void Append(HeldChannel channel, Message message)
    {
        if (_last.Count == LogPiece.Slots)
        {
            var next = new LogPiece(_last.SequenceOf(LogPiece.Slots - 1));
            _last.Next = next;
            _last = next;
            _pieces.Add(next);
        }

        var slot = _last.Add(channel, message);
        message.LogSlot = ((_dropped + _pieces.Count - 1) * LogPiece.Slots) + slot;
    }

    /// <summary>A message leaves, from wherever it stands. The intake only.</summary>
    public void Remove(Message message)
    {
        _pieces[(int)((message.LogSlot / LogPiece.Slots) - _dropped)]!.Empty((int)(message.LogSlot % LogPiece.Slots));
        LetGo();
    }

    private void LetGo()
    {
        while (_first.Held == 0 && _first.Count == LogPiece.Slots && _first.Next is { } next)
        {
            _pieces[_left++] = null;
            _oldestSlot = 0;
            Volatile.Write(ref _first, next);
        }

        if (_left < 64 || _left * 2 < _pieces.Count) return;
        _pieces.RemoveRange(0, _left);
        _dropped += _left;
        _left = 0;
    }
}
