using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Fanout;

/// <summary>
/// Maps a channel to its subscription nodes. The patterns that match a channel are cached with it, and found again only when a distinct
/// pattern has appeared or lost its last client.
/// </summary>
/// <remarks>One a worker; the worker's thread only.</remarks>
internal sealed class SubscriptionIndex
{
    private readonly int _maxIdleChannels;
    private readonly Dictionary<string, ChannelMatches> _channels = [];
    private readonly PatternTree<SubscriptionNode> _patterns = new();
    private readonly Lanes _lanes;

    private int _generation = 1;
    private int _sweepAt;

    /// <param name="maxIdleChannels">Channels cached for patterns alone before those are forgotten at once.</param>
    /// <param name="lanes">Of the worker's clients.</param>
    public SubscriptionIndex(int maxIdleChannels, Lanes lanes)
    {
        _maxIdleChannels = _sweepAt = maxIdleChannels;
        _lanes = lanes;
    }

    /// <summary>Channels in memory, subscribed to by name or cached for patterns.</summary>
    public int ChannelCount => _channels.Count;

    /// <summary>The nodes that get a message of this channel; null when there are none.</summary>
    public ChannelMatches? Find(string channel)
    {
        if (!_channels.TryGetValue(channel, out var matches))
        {
            if (_patterns.IsEmpty) return null;
            matches = Add(channel);
        }

        if (matches.Generation != _generation)
        {
            matches.Patterns = _patterns.Match(channel);
            matches.Generation = _generation;
        }

        return matches;
    }

    /// <summary>The node of a name, if anybody of this worker has it.</summary>
    public SubscriptionNode? FindNode(string name, bool isPattern) =>
        isPattern ? _patterns.Find(name) : _channels.GetValueOrDefault(name)?.Exact;

    /// <summary>The node of a name, made when nobody has it yet.</summary>
    public SubscriptionNode NodeFor(string name, bool isPattern)
    {
        if (!isPattern) return (_channels.GetValueOrDefault(name) ?? Add(name)).Exact;
        if (_patterns.Find(name) is { } known) return known;

        var node = new SubscriptionNode(name, isPattern: true, _lanes);
        _patterns.Add(name, node);
        _generation++;
        return node;
    }

    /// <summary>A client has left this node; an empty one is forgotten.</summary>
    public void Left(SubscriptionNode node)
    {
        if (node.Count > 0) return;
        if (node.IsPattern)
        {
            _patterns.Remove(node.Name);
            _generation++;

            // Nobody needs the cache any more, and nothing else would clear it before it is full.
            if (_patterns.IsEmpty) Sweep();
        }
        else if (_patterns.IsEmpty)
        {
            // With patterns about, the entry may still serve as their cache.
            _channels.Remove(node.Name);
        }
    }

    private ChannelMatches Add(string channel)
    {
        if (_channels.Count >= _sweepAt) Sweep();
        var matches = new ChannelMatches(channel, _lanes);
        _channels.Add(channel, matches);
        return matches;
    }

    /// <summary>Forgets cached channels that nobody subscribed to by name.</summary>
    private void Sweep()
    {
        foreach (var (name, matches) in _channels)
        {
            if (matches.Exact.Count == 0) _channels.Remove(name);
        }

        _sweepAt = Math.Max(_maxIdleChannels, _channels.Count * 2);
    }
}
