namespace WsFanout.Clients;

/// <summary>The lanes of one worker's clients, by number: a client has one from its beginning to its end, then another may have it.</summary>
/// <remarks>The owning worker only. As many as there were clients at once, and kept. In pieces that stay where they are: to grow costs no copy, and leaves no garbage of the size of all clients.</remarks>
internal sealed class Lanes
{
    // Twelve kilobytes a piece.
    private const int PieceBits = 9;
    private const int PieceLanes = 1 << PieceBits;

    private readonly Stack<int> _free = new();
    private Lane[][] _pieces = [];
    private int _used;

    /// <summary>A lane by its number. It stays where it is.</summary>
    public ref Lane this[int number] => ref _pieces[number >> PieceBits][number & (PieceLanes - 1)];

    /// <summary>A lane for a new client: nothing is due, and it is closed.</summary>
    /// <returns>Its number, to be given to <see cref="GiveBack"/>.</returns>
    public int Take(Client client)
    {
        if (!_free.TryPop(out var number)) number = Add();
        this[number] = new Lane(client);
        return number;
    }

    public void GiveBack(int number)
    {
        this[number] = default;
        _free.Push(number);
    }

    private int Add()
    {
        if (_used == _pieces.Length * PieceLanes) _pieces = [.. _pieces, new Lane[PieceLanes]];
        return _used++;
    }
}
