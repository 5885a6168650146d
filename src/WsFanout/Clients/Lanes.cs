namespace WsFanout.Clients;

/// <summary>The lanes of one worker's clients, by number: a client has one from its beginning to its end, then another may have it.</summary>
/// <remarks>The owning worker only.</remarks>
internal sealed class Lanes
{
    private const int InitialLanes = 64;

    private readonly Stack<int> _free = new();

    // Parallel: the lane of a number, and whose it is.
    private Lane[] _lanes = new Lane[InitialLanes];
    private Client?[] _clients = new Client?[InitialLanes];
    private int _used;

    /// <summary>Not to be kept while clients may join: the lanes move then.</summary>
    public ref Lane this[int number] => ref _lanes[number];

    /// <summary>Whose lane it is, while it is somebody's.</summary>
    public Client ClientOf(int number) => _clients[number]!;

    /// <summary>A lane for a new client: nothing is due, and it is closed.</summary>
    /// <returns>Its number, to be given to <see cref="GiveBack"/>.</returns>
    public int Take(Client client)
    {
        var number = _free.TryPop(out var free) ? free : Add();
        _lanes[number] = default;
        _clients[number] = client;
        return number;
    }

    public void GiveBack(int number)
    {
        _lanes[number] = default;
        _clients[number] = null;
        _free.Push(number);
    }

    private int Add()
    {
        if (_used == _lanes.Length)
        {
            Array.Resize(ref _lanes, _used * 2);
            Array.Resize(ref _clients, _used * 2);
        }

        return _used++;
    }
}
