using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace WsFanout.Clients;

/// <summary>What one client is subscribed to: the nodes, and its slot in each.</summary>
/// <remarks>
/// The owning worker only. A part of the client's record, and the first subscription a part of it: most clients have no other. Of few a node is
/// found by looking at each; of many by a table, which lies in what the array's entries leave unused, so that it takes no memory but the
/// array's free places.
/// </remarks>
internal struct Subscriptions
{
    /// <summary>Places of an array that is searched from end to end; a larger one has a table.</summary>
    public const int MostSearched = 32;

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
        if (Count > RoomOf(_others)) Grow();
        var index = Count++;
        Put(index, node, node.Join(client, index));
        if (HasTable) List(index);
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
    public void SlotMoved(int index, int slot) => At(index).Slot = slot;

    private readonly bool HasTable => _others is { Length: > MostSearched };

    /// <summary>How many entries an array takes: with a table in it, so many that a search ends soon at a free cell.</summary>
    private static int RoomOf(Entry[]? others) => others is null ? 0 : others.Length > MostSearched ? others.Length / 3 * 2 : others.Length;

    private void Grow()
    {
        Array.Resize(ref _others, Math.Max(4, Count * 2));
        if (!HasTable) return;
        foreach (ref var entry in _others.AsSpan()) entry.Cell = 0;
        for (var index = 0; index < Count; index++) List(index);
    }

    private void RemoveAt(int index)
    {
        var node = this[index];
        node.Leave(At(index).Slot);
        if (node.IsPattern) Patterns--;
        if (HasTable) Unlist(index);
        var last = --Count;
        var moved = At(last);
        At(last) = new Entry { Cell = moved.Cell };
        if (index == last) return;

        Put(index, moved.Node, moved.Slot);
        if (HasTable) _others![CellOf(moved.Node, last)].Cell = index + 1;
        moved.Node.EntryMoved(moved.Slot, index);
    }

    /// <summary>Writes an entry and leaves the cell of the table that lies there.</summary>
    private void Put(int index, SubscriptionNode node, int slot)
    {
        ref var entry = ref At(index);
        entry.Node = node;
        entry.Slot = slot;
    }

    [UnscopedRef]
    private ref Entry At(int index) => ref index == 0 ? ref _first : ref _others![index - 1];

    private readonly int IndexOf(SubscriptionNode node)
    {
        if (HasTable) return IndexByTable(node);
        for (var i = 0; i < Count; i++)
        {
            if (ReferenceEquals(this[i], node)) return i;
        }

        return -1;
    }

    private readonly int IndexByTable(SubscriptionNode node)
    {
        for (var cell = HomeOf(node); _others![cell].Cell is > 0 and var listed; cell = After(cell))
        {
            if (ReferenceEquals(this[listed - 1], node)) return listed - 1;
        }

        return -1;
    }

    private readonly void List(int index)
    {
        var cell = HomeOf(this[index]);
        while (_others![cell].Cell != 0) cell = After(cell);
        _others[cell].Cell = index + 1;
    }

    /// <summary>Takes an entry out of the table; what stands behind it moves up, so that no search ends before it.</summary>
    private readonly void Unlist(int index)
    {
        var free = CellOf(this[index], index);
        for (var cell = After(free); _others![cell].Cell is > 0 and var listed; cell = After(cell))
        {
            if (Distance(HomeOf(this[listed - 1]), cell) < Distance(free, cell)) continue;
            _others[free].Cell = listed;
            free = cell;
        }

        _others[free].Cell = 0;
    }

    /// <summary>Where the table has an entry that it surely has.</summary>
    private readonly int CellOf(SubscriptionNode node, int index)
    {
        var cell = HomeOf(node);
        while (_others![cell].Cell != index + 1) cell = After(cell);
        return cell;
    }

    /// <summary>Where the search for a node begins. Multiplied because an object's hash code has no high bits.</summary>
    private readonly int HomeOf(SubscriptionNode node) =>
        (int)(((ulong)((uint)RuntimeHelpers.GetHashCode(node) * 2654435769u) * (uint)_others!.Length) >> 32);

    private readonly int After(int cell) => cell + 1 == _others!.Length ? 0 : cell + 1;

    private readonly int Distance(int from, int to) => to >= from ? to - from : to - from + _others!.Length;

    private struct Entry
    {
        public SubscriptionNode Node;
        public int Slot;

        // Of the table, not of this entry: one more than the index of the entry that is found here; 0: free.
        public int Cell;
    }
}
