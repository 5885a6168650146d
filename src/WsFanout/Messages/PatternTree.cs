namespace WsFanout.Messages;

/// <summary>Distinct patterns by their tokens, so that a name finds those that match it without looking at the others.</summary>
/// <remarks>One thread at a time. A search visits each branch at most once, so its cost is bounded by the tree.</remarks>
/// <typeparam name="T">What is kept of a pattern.</typeparam>
internal sealed class PatternTree<T>
    where T : class
{
    private readonly Branch _root = new();
    private readonly Dictionary<string, T> _byName = [];
    private readonly List<T> _found = [];

    public bool IsEmpty => _byName.Count == 0;

    public T? Find(string pattern) => _byName.GetValueOrDefault(pattern);

    /// <param name="pattern">A legal pattern that is not in the tree yet.</param>
    /// <param name="kept">What is kept of it.</param>
    public void Add(string pattern, T kept)
    {
        _byName.Add(pattern, kept);
        var branch = _root;
        foreach (var token in pattern.Split('.'))
        {
            if (token == ">")
            {
                branch.Tail = kept;
                return;
            }

            branch = branch.Grow(token);
        }

        branch.Here = kept;
    }

    public void Remove(string pattern)
    {
        if (_byName.Remove(pattern)) Prune(_root, pattern);
    }

    /// <summary>What is kept of all patterns that match a channel.</summary>
    public T[] Match(string channel)
    {
        _found.Clear();
        Collect(_root, channel);
        return [.. _found];
    }

    /// <summary>Whether one of the patterns covers a name, as <see cref="ChannelName.Covers"/> says.</summary>
    /// <param name="name">A legal channel or pattern.</param>
    public bool Covers(ReadOnlySpan<char> name) => Covers(_root, name);

    private void Collect(Branch branch, ReadOnlySpan<char> rest)
    {
        if (branch.Tail is { } tail) _found.Add(tail);
        var dot = rest.IndexOf('.');
        var token = dot < 0 ? rest : rest[..dot];
        Step(branch.Star, rest, dot);
        Step(branch.Child(token), rest, dot);
    }

    private void Step(Branch? next, ReadOnlySpan<char> rest, int dot)
    {
        if (next is null) return;
        if (dot >= 0) Collect(next, rest[(dot + 1)..]);
        else if (next.Here is { } here) _found.Add(here);
    }

    private static bool Covers(Branch branch, ReadOnlySpan<char> rest)
    {
        if (branch.Tail is not null) return true;
        var dot = rest.IndexOf('.');
        var token = dot < 0 ? rest : rest[..dot];
        return token is not ">" && (Covers(branch.Star, rest, dot) || Covers(branch.Child(token), rest, dot));
    }

    private static bool Covers(Branch? next, ReadOnlySpan<char> rest, int dot) =>
        next is not null && (dot < 0 ? next.Here is not null : Covers(next, rest[(dot + 1)..]));

    /// <returns>Whether the branch has become useless.</returns>
    private static bool Prune(Branch branch, ReadOnlySpan<char> rest)
    {
        var dot = rest.IndexOf('.');
        var token = dot < 0 ? rest : rest[..dot];
        if (token is ">")
        {
            branch.Tail = null;
        }
        else
        {
            var next = branch.Next(token)!;
            if (dot < 0) next.Here = null;
            if (dot < 0 ? next.IsUseless : Prune(next, rest[(dot + 1)..])) branch.Cut(token);
        }

        return branch.IsUseless;
    }

    /// <summary>Everything that follows one beginning.</summary>
    private sealed class Branch
    {
        private Dictionary<string, Branch>? _children;

        public Branch? Star { get; private set; }

        /// <summary>The pattern that ends here.</summary>
        public T? Here { get; set; }

        /// <summary>The pattern that takes all that follows: at least one token.</summary>
        public T? Tail { get; set; }

        public bool IsUseless => Here is null && Tail is null && Star is null && _children is null or { Count: 0 };

        public Branch? Child(ReadOnlySpan<char> token) =>
            _children is null ? null : _children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out var child) ? child : null;

        public Branch? Next(ReadOnlySpan<char> token) => token is "*" ? Star : Child(token);

        public Branch Grow(string token)
        {
            if (Next(token) is { } known) return known;
            var branch = new Branch();
            if (token == "*") Star = branch;
            else (_children ??= []).Add(token, branch);
            return branch;
        }

        public void Cut(ReadOnlySpan<char> token)
        {
            if (token is "*") Star = null;
            else _children!.GetAlternateLookup<ReadOnlySpan<char>>().Remove(token);
        }
    }
}
