using WsFanout.Clients;

namespace WsFanout.Fanout;

/// <summary>Distinct patterns by their tokens, so that a channel finds those that match it without looking at the others.</summary>
/// <remarks>One a worker; the worker's thread only. A match visits each branch at most once, so its cost is bounded by the tree.</remarks>
/// <param name="lanes">Of the worker's clients.</param>
internal sealed class PatternTree(Lanes lanes)
{
    private readonly Branch _root = new();
    private readonly Dictionary<string, SubscriptionNode> _byName = [];
    private readonly List<SubscriptionNode> _found = [];

    public bool IsEmpty => _byName.Count == 0;

    public SubscriptionNode? Find(string pattern) => _byName.GetValueOrDefault(pattern);

    /// <param name="pattern">A legal pattern that is not in the tree yet.</param>
    public SubscriptionNode Add(string pattern)
    {
        var node = new SubscriptionNode(pattern, isPattern: true, lanes);
        _byName.Add(pattern, node);
        var branch = _root;
        foreach (var token in pattern.Split('.'))
        {
            if (token == ">") branch.Tail = node;
            else branch = branch.Grow(token);
        }

        if (branch.Tail != node) branch.Here = node;
        return node;
    }

    public void Remove(string pattern)
    {
        if (_byName.Remove(pattern)) Prune(_root, pattern);
    }

    /// <summary>The nodes of all patterns that match a channel.</summary>
    public SubscriptionNode[] Match(string channel)
    {
        _found.Clear();
        Collect(_root, channel);
        return [.. _found];
    }

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
        public SubscriptionNode? Here { get; set; }

        /// <summary>The pattern that takes all that follows: at least one token.</summary>
        public SubscriptionNode? Tail { get; set; }

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
