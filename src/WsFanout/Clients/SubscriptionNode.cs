namespace WsFanout.Clients;

/// <summary>Everyone of one worker who subscribed to one name: a dense array, so that a delivery is a walk over it.</summary>
/// <remarks>The owning worker only. Leaving swaps with the last, so the order of clients means nothing.</remarks>
internal sealed class SubscriptionNode(string name, bool isPattern)
{
    private const int InitialSlots = 4;

    // Parallel: the client in a slot, its lane, and which of its subscriptions that slot is.
    private Client[] _clients = [];
    private int[] _lanes = [];
    private int[] _entries = [];

    /// <summary>Channel or pattern, as asked for.</summary>
    public string Name { get; } = name;

    public bool IsPattern { get; } = isPattern;

    public int Count { get; private set; }

    public ReadOnlySpan<Client> Clients => _clients.AsSpan(0, Count);

    /// <summary>Their lanes.</summary>
    public ReadOnlySpan<int> Lanes => _lanes.AsSpan(0, Count);

    /// <param name="entry">Index among the client's subscriptions.</param>
    /// <returns>The slot, to be given to <see cref="Leave"/>.</returns>
    public int Join(Client client, int entry)
    {
        if (Count == _clients.Length)
        {
            var slots = Math.Max(InitialSlots, Count * 2);
            Array.Resize(ref _clients, slots);
            Array.Resize(ref _lanes, slots);
            Array.Resize(ref _entries, slots);
        }

        _clients[Count] = client;
        _lanes[Count] = client.LaneNumber;
        _entries[Count] = entry;
        return Count++;
    }

    public void Leave(int slot)
    {
        var last = --Count;
        if (slot != last)
        {
            _clients[slot] = _clients[last];
            _lanes[slot] = _lanes[last];
            _entries[slot] = _entries[last];
            _clients[slot].Subscriptions.SlotMoved(_entries[slot], slot);
        }

        _clients[last] = null!;
        if (Count == 0) (_clients, _lanes, _entries) = ([], [], []);
    }

    /// <summary>The client's own list moved this subscription.</summary>
    public void EntryMoved(int slot, int entry) => _entries[slot] = entry;
}
