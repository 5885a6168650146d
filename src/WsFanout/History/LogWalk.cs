using WsFanout.Messages;

namespace WsFanout.History;

/// <summary>A reader's place in the log: from message to message in stream order, those that have left included.</summary>
/// <remarks>One reader's; the intake may append and evict meanwhile.</remarks>
internal struct LogWalk
{
    private LogPiece _piece;
    private int _slot;

    /// <param name="first">The piece to begin in.</param>
    /// <param name="since">The walk begins behind this sequence number.</param>
    public LogWalk(LogPiece first, long since)
    {
        _piece = first;
        while (_piece.Next is { } next && next.After <= since) _piece = next;
        _slot = _piece.FirstAbove(since) - 1;
    }

    public readonly long Sequence => _piece.SequenceOf(_slot);

    public readonly HeldChannel Channel => _piece.ChannelOf(_slot);

    /// <summary>Null when it has left the log: it may still be held as the newest of its channel.</summary>
    public readonly Message? Message => _piece[_slot];

    /// <returns>False when there is no further one now.</returns>
    public bool MoveNext()
    {
        if (_slot + 1 == LogPiece.Slots)
        {
            if (_piece.Next is not { } next) return false;
            _piece = next;
            _slot = -1;
        }

        if (_slot + 1 >= _piece.Count) return false;
        _slot++;
        return true;
    }
}
