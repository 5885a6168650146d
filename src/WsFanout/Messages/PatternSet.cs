namespace WsFanout.Messages;

/// <summary>Patterns of one owner, asked whether one of them covers a name: few are looked at one by one, many are a tree.</summary>
/// <remarks>One thread at a time while patterns are added; then any.</remarks>
internal sealed class PatternSet
{
    /// <summary>Patterns that are looked at one by one: those of most clients and tokens, whose memory is that of a list.</summary>
    public const int MostSearched = 16;

    private readonly List<string> _few = [];
    private PatternTree<string>? _many;

    public int Count { get; private set; }

    /// <param name="pattern">A legal pattern; one that is in the set already changes nothing but the count.</param>
    public void Add(string pattern)
    {
        Count++;
        if (_many is null && _few.Count < MostSearched)
        {
            _few.Add(pattern);
            return;
        }

        if (_many is null)
        {
            _many = new PatternTree<string>();
            foreach (var earlier in _few) Grow(_many, earlier);
            _few.Clear();
        }

        Grow(_many, pattern);
    }

    /// <summary>Whether one of the patterns covers every channel that <paramref name="name"/> can mean.</summary>
    /// <param name="name">A legal channel or pattern.</param>
    public bool Covers(string name)
    {
        if (_many is not null) return _many.Covers(name);
        foreach (var pattern in _few)
        {
            if (ChannelName.Covers(pattern, name)) return true;
        }

        return false;
    }

    private static void Grow(PatternTree<string> tree, string pattern)
    {
        if (tree.Find(pattern) is null) tree.Add(pattern, pattern);
    }
}
