namespace WsFanout.Fanout;

/// <summary>
/// Which messages a worker has dealt of late: within a span of time, and no more bytes of them than a bound, both to an eighth. It remembers a few
/// sequence numbers, nothing of each message.
/// </summary>
/// <remarks>The worker's thread only.</remarks>
internal sealed class RecentlyDealt
{
    private const int Marks = 8;

    private readonly long _span;
    private readonly long _bytes;

    // A ring of marks: by that time the message of that number had been dealt, and so many bytes in all. The newest moves on until it is far enough
    // from the one before it, so that a pause finds it where dealing ended; of two neighbours one may therefore be close to the next.
    private readonly (long At, long Sequence, long Bytes)[] _marks = new (long, long, long)[(4 * Marks) + 2];
    private int _newest = -1;
    private int _count;

    /// <param name="bytes">Most bytes of messages that are recent.</param>
    public RecentlyDealt(TimeSpan span, long bytes, TimeProvider time)
    {
        _span = (long)(span.TotalSeconds * time.TimestampFrequency);
        _bytes = bytes;
    }

    /// <summary>Everything up to a message has been dealt by now.</summary>
    /// <param name="bytes">Of all messages dealt since the last call.</param>
    /// <param name="now">Ticks.</param>
    public void Note(long sequence, long bytes, long now)
    {
        var total = (_count == 0 ? 0 : _marks[_newest].Bytes) + bytes;
        if (_count < 2 || IsFar(_marks[Before(_newest)], now, total))
        {
            _newest = (_newest + 1) % _marks.Length;
            _count = Math.Min(_count + 1, _marks.Length);
        }

        _marks[_newest] = (now, sequence, total);
    }

    /// <summary>Whether a message that has been dealt is recent.</summary>
    /// <param name="now">Ticks.</param>
    public bool Contains(long sequence, long now)
    {
        // What is beyond the newest mark is of another stream.
        if (_count > 0 && sequence > _marks[_newest].Sequence) return false;
        var (mark, total) = (_newest, _count == 0 ? 0 : _marks[_newest].Bytes);
        for (var left = _count; left > 0; (mark, left) = (Before(mark), left - 1))
        {
            if (now - _marks[mark].At >= _span || total - _marks[mark].Bytes >= _bytes) return sequence > _marks[mark].Sequence;
        }

        return true;
    }

    /// <summary>Sequence numbers begin anew.</summary>
    public void Clear() => _count = 0;

    private bool IsFar(in (long At, long Sequence, long Bytes) mark, long now, long total) => now - mark.At >= _span / Marks || total - mark.Bytes >= _bytes / Marks;

    private int Before(int mark) => mark == 0 ? _marks.Length - 1 : mark - 1;
}
