namespace WsFanout.Clients;

/// <summary>What one client is subscribed to: the nodes, and its slot in each.</summary>
/// <remarks>The owning worker only.</remarks>
internal sealed class Subscriptions(Client client)
{
    private Entry[] _entries = [];

    /// <summary>Channels and patterns together.</summary>
    public int Count { get; private set; }

    /// <summary>Patterns alone.</summary>
    public int Patterns { get; private set; }

    public SubscriptionNode this[int index] => _entries[index].Node;

    public bool Contains(SubscriptionNode node) => IndexOf(node) >= 0;

    /// <summary>Joins a node. The caller has made sure that it is not joined yet.</summary>
    public void Add(SubscriptionNode node)
    {
        if (Count == _entries.Length) Array.Resize(ref _entries, Math.Max(1, Count * 2));
        _entries[Count] = new Entry(node, node.Join(client, Count));
        Count++;
        if (node.IsPattern) Patterns++;
    }

    /// <returns>False when the client was not subscribed to it.</returns>
    public bool Remove(SubscriptionNode node)
    {
        var index = IndexOf(node);
        if (index < 0) return false;
        RemoveAt(index);
        return true;
    }

    /// <summary>Leaves the last node.</summary>
    /// <returns>The node that was left.</returns>
    public SubscriptionNode RemoveLast()
    {
        var node = _entries[Count - 1].Node;
        RemoveAt(Count - 1);
        return node;
    }

    /// <summary>A node has moved this client to another slot.</summary>
    public void SlotMoved(int index, int slot) => _entries[index].Slot = slot;

    private void RemoveAt(int index)
    {
        var (node, slot) = (_entries[index].Node, _entries[index].Slot);
        node.Leave(slot);
        if (node.IsPattern) Patterns--;
        Count--;
        if (index != Count)
        {
            _entries[index] = _entries[Count];
            _entries[index].Node.EntryMoved(_entries[index].Slot, index);
        }

        _entries[Count] = default;
    }

    private int IndexOf(SubscriptionNode node)
    {
        for (var i = 0; i < Count; i++)
        {
            if (ReferenceEquals(_entries[i].Node, node)) return i;
        }

        return -1;
    }

    private struct Entry(SubscriptionNode node, int slot)
    {
        public readonly SubscriptionNode Node = node;
        public int Slot = slot;
    }
}
