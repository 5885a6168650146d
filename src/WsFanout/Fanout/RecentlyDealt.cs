namespace WsFanout.Fanout;

/// <summary>Which messages a worker has dealt within a span of time, to an eighth of it. It remembers a few sequence numbers, nothing of each message.</summary>
/// <remarks>The worker's thread only.</remarks>
internal sealed class RecentlyDealt
{
    private const int Marks = 8;

    private readonly long _span;
    private readonly long _spacing;

    // A ring of marks: by that time the message of that number had been dealt. The newest moves on until it is far enough from the one before it,
    // so that a pause finds it where dealing ended; of two neighbours one may therefore be close to the next.
    private readonly (long At, long Sequence)[] _marks = new (long, long)[(2 * Marks) + 2];
    private int _newest = -1;
    private int _count;

    public RecentlyDealt(TimeSpan span, TimeProvider time)
    {
        _span = (long)(span.TotalSeconds * time.TimestampFrequency);
        _spacing = _span / Marks;
    }

    /// <summary>Everything up to a message has been dealt by now.</summary>
    /// <param name="now">Ticks.</param>
    public void Note(long sequence, long now)
    {
        var isFar = _count < 2 || now - _marks[Before(_newest)].At >= _spacing;
        if (isFar)
        {
            _newest = (_newest + 1) % _marks.Length;
            _count = Math.Min(_count + 1, _marks.Length);
        }

        _marks[_newest] = (now, sequence);
    }

    /// <summary>Whether a message that has been dealt was dealt within the span.</summary>
    /// <param name="now">Ticks.</param>
    public bool Contains(long sequence, long now)
    {
        for (var (mark, left) = (_newest, _count); left > 0; (mark, left) = (Before(mark), left - 1))
        {
            if (now - _marks[mark].At >= _span) return sequence > _marks[mark].Sequence;
        }

        return true;
    }

    /// <summary>Sequence numbers begin anew.</summary>
    public void Clear() => _count = 0;

    private int Before(int mark) => mark == 0 ? _marks.Length - 1 : mark - 1;
}
