namespace WsFanout.Clients;

/// <summary>What one client is subscribed to: the nodes, and its slot in each.</summary>
/// <remarks>The owning worker only. A part of the client's record, and the first subscription a part of it: most clients have no other.</remarks>
internal struct Subscriptions
{
    private Entry _first;
    private Entry[]? _others;

    /// <summary>Channels and patterns together.</summary>
    public int Count { get; private set; }

    /// <summary>Patterns alone.</summary>
    public int Patterns { get; private set; }

    public readonly SubscriptionNode this[int index] => index == 0 ? _first.Node : _others![index - 1].Node;

    public readonly bool Contains(SubscriptionNode node) => IndexOf(node) >= 0;

    /// <summary>Joins a node. The caller has made sure that it is not joined yet.</summary>
    /// <param name="client">Whose this is.</param>
    public void Add(Client client, SubscriptionNode node)
    {
        var index = Count++;
        if (index > 0 && index > (_others?.Length ?? 0)) Array.Resize(ref _others, Math.Max(4, index * 2));
        var entry = new Entry(node, node.Join(client, index));
        if (index == 0) _first = entry;
        else _others![index - 1] = entry;
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
        var node = this[Count - 1];
        RemoveAt(Count - 1);
        return node;
    }

    /// <summary>A node has moved this client to another slot.</summary>
    public void SlotMoved(int index, int slot)
    {
        if (index == 0) _first.Slot = slot;
        else _others![index - 1].Slot = slot;
    }

    private void RemoveAt(int index)
    {
        var left = index == 0 ? _first : _others![index - 1];
        left.Node.Leave(left.Slot);
        if (left.Node.IsPattern) Patterns--;
        var last = --Count;
        var moved = last == 0 ? _first : _others![last - 1];
        if (last == 0) _first = default;
        else _others![last - 1] = default;
        if (index == last) return;

        if (index == 0) _first = moved;
        else _others![index - 1] = moved;
        moved.Node.EntryMoved(moved.Slot, index);
    }

    private readonly int IndexOf(SubscriptionNode node)
    {
        for (var i = 0; i < Count; i++)
        {
            if (ReferenceEquals(this[i], node)) return i;
        }

        return -1;
    }

    private struct Entry(SubscriptionNode node, int slot)
    {
        public readonly SubscriptionNode Node = node;
        public int Slot = slot;
    }
}
