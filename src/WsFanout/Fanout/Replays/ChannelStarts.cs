using WsFanout.History;

namespace WsFanout.Fanout.Replays;

/// <summary>For one replay: which channels it is over, by which of its names, and above which sequence number on each.</summary>
/// <remarks>The worker's thread only. What it remembers of channels that it was asked for is bounded; beyond, it finds out again.</remarks>
internal sealed class ChannelStarts(ReplayRange range, long floor)
{
    private const int MostRemembered = 1024;

    private static readonly ChannelStart NotAtAll = new(-1, long.MaxValue);

    // Of channels of which something is lost: as many as gaps are told.
    private readonly Dictionary<HeldChannel, long> _lost = [];
    private readonly Dictionary<HeldChannel, ChannelStart> _remembered = [];
    private readonly long[] _rowStarts = new long[range.Names.Count];

    public ChannelStart Of(HeldChannel channel)
    {
        if (_remembered.TryGetValue(channel, out var known)) return known;
        var found = Find(channel);
        if (_remembered.Count < MostRemembered) _remembered.Add(channel, found);
        return found;
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
        _rowStarts[row] = upTo;
        _remembered.Clear();
    }

    private ChannelStart Find(HeldChannel channel)
    {
        var first = -1;
        var start = floor;
        for (var row = 0; row < range.Names.Count; row++)
        {
            if (!range.Names[row].Means(channel.Name)) continue;
            if (first < 0) first = row;
            start = Math.Max(start, _rowStarts[row]);
        }

        if (first < 0 || range.Covered.Any(name => name.Means(channel.Name))) return NotAtAll;
        return new ChannelStart(first, Math.Max(start, _lost.GetValueOrDefault(channel)));
    }
}
