namespace WsFanout.Clients;

/// <summary>Everyone of one worker who subscribed to one name: a dense array of their lanes, so that a delivery is a walk over it.</summary>
/// <remarks>The owning worker only. Leaving swaps with the last, so the order of clients means nothing.</remarks>
/// <param name="lanes">Of the worker's clients.</param>
internal sealed class SubscriptionNode(string name, bool isPattern, Lanes lanes)
{
    private const int InitialSlots = 4;

    // Parallel: the lane of the client in a slot, and which of its subscriptions that slot is.
    private int[] _lanes = [];
    private int[] _entries = [];

    /// <summary>Channel or pattern, as asked for.</summary>
    public string Name { get; } = name;

    public bool IsPattern { get; } = isPattern;

    public int Count { get; private set; }

    /// <summary>Numbers of their lanes.</summary>
    public ReadOnlySpan<int> Lanes => _lanes.AsSpan(0, Count);

    /// <param name="entry">Index among the client's subscriptions.</param>
    /// <returns>The slot, to be given to <see cref="Leave"/>.</returns>
    public int Join(Client client, int entry)
    {
        if (Count == _lanes.Length)
        {
            var slots = Math.Max(InitialSlots, Count * 2);
            Array.Resize(ref _lanes, slots);
            Array.Resize(ref _entries, slots);
        }

        _lanes[Count] = client.LaneNumber;
        _entries[Count] = entry;
        return Count++;
    }

    public void Leave(int slot)
    {
        var last = --Count;
        if (slot != last)
        {
            _lanes[slot] = _lanes[last];
            _entries[slot] = _entries[last];
            lanes[_lanes[slot]].Client.Subscriptions.SlotMoved(_entries[slot], slot);
        }

        if (Count == 0) (_lanes, _entries) = ([], []);
    }

    /// <summary>The client's own list moved this subscription.</summary>
    public void EntryMoved(int slot, int entry) => _entries[slot] = entry;
}
