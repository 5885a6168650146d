namespace WsFanout.Tools;

/// <summary>
/// The last message of each channel that a client has seen. Bounded: full, the tenth that has been silent longest is forgotten; for those
/// channels nothing at or below <see cref="Forgotten"/> can be checked any more.
/// </summary>
/// <remarks>Thread safety: one receive loop.</remarks>
internal sealed class RememberedChannels(int maxChannels)
{
    // Receive loop only. The list has the longest silent channel first.
    private readonly Dictionary<string, LinkedListNode<(string Channel, long Last)>> _nodes = [];
    private readonly LinkedList<(string Channel, long Last)> _bySilence = new();

    /// <summary>No channel that was forgotten has seen a higher sequence number.</summary>
    public long Forgotten { get; private set; }

    /// <summary>The last sequence number seen on a channel; <see langword="null"/> when none is remembered.</summary>
    public long? LastOf(string channel) => _nodes.TryGetValue(channel, out var node) ? node.Value.Last : null;

    public void Remember(string channel, long seq)
    {
        if (_nodes.TryGetValue(channel, out var node)) _bySilence.Remove(node);
        else if (_nodes.Count >= maxChannels) ForgetSome();
        _nodes[channel] = _bySilence.AddLast((channel, seq));
    }

    /// <summary>Drops what is not to be followed any more. That is no forgetting: a later subscription begins anew.</summary>
    public void Keep(Func<string, bool> isFollowed)
    {
        foreach (var channel in _nodes.Keys.Where(channel => !isFollowed(channel)).ToArray()) Drop(_nodes[channel]);
    }

    public void Clear()
    {
        _nodes.Clear();
        _bySilence.Clear();
        Forgotten = 0;
    }

    private void ForgetSome()
    {
        for (var left = (maxChannels + 9) / 10; left > 0 && _bySilence.First is { } oldest; left--)
        {
            Forgotten = Math.Max(Forgotten, oldest.Value.Last);
            Drop(oldest);
        }
    }

    private void Drop(LinkedListNode<(string Channel, long Last)> node)
    {
        _bySilence.Remove(node);
        _nodes.Remove(node.Value.Channel);
    }
}
