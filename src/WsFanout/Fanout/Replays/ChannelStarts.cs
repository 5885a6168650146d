using WsFanout.History;

namespace WsFanout.Fanout.Replays;

/// <summary>For one replay: which channels it is over, by which of its names, and above which sequence number on each.</summary>
/// <remarks>The worker's thread only. Bounded: what it remembers of channels that a walk came by, beyond which it finds out again; and what is lost, of which as many are told.</remarks>
internal sealed class ChannelStarts(ReplayRange range, long floor)
{
    private const int MostRemembered = 128;

    private static readonly ChannelStart NotAtAll = new(-1, long.MaxValue);

    private readonly Dictionary<HeldChannel, long> _lost = [];
    private readonly Dictionary<HeldChannel, ChannelStart> _remembered = [];
    private readonly long[] _rowStarts = new long[range.Names.Count];

    /// <summary>As <see cref="Find"/>, remembered.</summary>
    public ChannelStart Of(HeldChannel channel)
    {
        if (_remembered.TryGetValue(channel, out var known)) return known;
        var found = Find(channel);
        if (_remembered.Count < MostRemembered) _remembered.Add(channel, found);
        return found;
    }

    /// <summary>Where the replay of a channel begins, and the first of the replay's names that means it.</summary>
    public ChannelStart Find(HeldChannel channel)
    {
        var first = range.Names.RowOf(channel.Name);
        var start = first < 0 ? floor : Math.Max(floor, _rowStarts[first]);
        foreach (var row in range.Names.Patterns)
        {
            if (!range.Names[row].Means(channel.Name)) continue;
            if (first < 0 || row < first) first = row;
            start = Math.Max(start, _rowStarts[row]);
        }

        return first < 0 || range.Covered.Mean(channel.Name) ? NotAtAll : new ChannelStart(first, Math.Max(start, _lost.GetValueOrDefault(channel)));
    }

    /// <summary>Of this channel nothing is replayed up to a sequence number.</summary>
    public void Lost(HeldChannel channel, long upTo)
    {
        if (upTo <= floor) return;
        _lost[channel] = upTo;
        _remembered.Remove(channel);
    }

    /// <summary>Of all channels that a name means nothing is replayed up to a sequence number.</summary>
    public void RowStartsAt(int row, long upTo)
    {
        _rowStarts[row] = Math.Max(_rowStarts[row], upTo);
        _remembered.Clear();
    }
}
