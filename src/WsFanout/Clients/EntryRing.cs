namespace WsFanout.Clients;

/// <summary>What stands in a queue, oldest first: an array that is gone round, and grows and shrinks by halves.</summary>
/// <remarks>Part of one queue.</remarks>
internal struct EntryRing
{
    private const int InitialSlots = 8;

    private object?[] _slots;
    private int _head;

    public EntryRing() => _slots = [];

    public int Count { get; private set; }

    /// <summary>Places in memory, used or not.</summary>
    public readonly int Slots => _slots.Length;

    /// <param name="offset">From the oldest.</param>
    public readonly object this[int offset]
    {
        get => _slots[Place(offset)]!;
        set => _slots[Place(offset)] = value;
    }

    public void Add(object entry)
    {
        if (Count == _slots.Length) Resize(Math.Max(InitialSlots, _slots.Length * 2));
        this[Count++] = entry;
    }

    public void RemoveFirst()
    {
        _slots[_head] = null;
        _head = Place(1);
        Count--;
    }

    public void RemoveLast() => _slots[Place(--Count)] = null;

    /// <summary>Gives back memory of which little is used.</summary>
    public void Shrink()
    {
        var slots = _slots.Length;
        while (slots > InitialSlots && slots > 4 * Count) slots /= 2;
        if (slots < _slots.Length) Resize(slots);
    }

    /// <summary>Drops everything, the memory as well.</summary>
    public void Clear()
    {
        _slots = [];
        _head = Count = 0;
    }

    private readonly int Place(int offset) => (_head + offset) & (_slots.Length - 1);

    private void Resize(int slots)
    {
        var other = new object?[slots];
        for (var i = 0; i < Count; i++) other[i] = this[i];
        _slots = other;
        _head = 0;
    }
}
