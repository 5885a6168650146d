namespace WsFanout.Tools;

/// <summary>
/// The ranges that a server said will not come. Bounded: full, the oldest is forgotten, and holes that reach no higher than it are forgiven.
/// </summary>
/// <remarks>Thread safety: one receive loop.</remarks>
internal sealed class AnnouncedGaps(int maxGaps)
{
    // Receive loop only.
    private readonly Queue<(string? Channel, long From, long To)> _gaps = new();
    private long _forgotten;

    /// <summary>Both ends are included; without a channel it may concern any.</summary>
    public void Add(string? channel, long from, long to)
    {
        if (_gaps.Count >= maxGaps) _forgotten = Math.Max(_forgotten, _gaps.Dequeue().To);
        _gaps.Enqueue((channel, from, to));
    }

    /// <summary>True when the message of this channel with this sequence number need not be waited for.</summary>
    public bool Cover(string channel, long seq)
    {
        if (seq <= _forgotten) return true;

        foreach (var gap in _gaps)
        {
            if (gap.From <= seq && seq <= gap.To && (gap.Channel is null || SubscriptionName.Covers(gap.Channel, channel))) return true;
        }
        return false;
    }

    public void Clear()
    {
        _gaps.Clear();
        _forgotten = 0;
    }
}
