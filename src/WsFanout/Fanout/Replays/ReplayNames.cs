using System.Collections;
using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Fanout.Replays;

/// <summary>Names that a replay is over, in the order of the request: single ones found at once, however many they are, patterns one after the other.</summary>
internal sealed class ReplayNames : IReadOnlyList<ReplayName>
{
    public static readonly ReplayNames None = new([]);

    private readonly IReadOnlyList<ReplayName> _names;
    private readonly Dictionary<string, int> _rows = [];
    private readonly List<int> _patterns = [];
    private readonly PatternSet _covering = new();

    public ReplayNames(IReadOnlyList<ReplayName> names)
    {
        _names = names;
        for (var row = 0; row < names.Count; row++)
        {
            if (names[row].IsPattern)
            {
                _patterns.Add(row);
                _covering.Add(names[row].Name);
                continue;
            }

            _rows.TryAdd(names[row].Name, row);
        }
    }

    public int Count => _names.Count;

    /// <summary>Places of the patterns among the names.</summary>
    public IReadOnlyList<int> Patterns => _patterns;

    public ReplayName this[int row] => _names[row];

    /// <summary>The names of a client's first subscriptions.</summary>
    public static ReplayNames Of(Client client, int count)
    {
        if (count == 0) return None;
        var names = new ReplayName[count];
        for (var i = 0; i < count; i++) names[i] = new ReplayName(client.Subscriptions[i].Name, client.Subscriptions[i].IsPattern);
        return new ReplayNames(names);
    }

    /// <summary>The names of all that a client is subscribed to, and of what it will be.</summary>
    public static ReplayNames Of(Client client, IReadOnlyCollection<ReplayName> waiting) =>
        waiting.Count == 0 ? Of(client, client.Subscriptions.Count) : new ReplayNames([.. Of(client, client.Subscriptions.Count), .. waiting]);

    /// <summary>Whether one of the names means a channel.</summary>
    public bool Mean(string channel) => _rows.ContainsKey(channel) || _covering.Covers(channel);

    /// <summary>The single name of a channel.</summary>
    /// <returns>-1: there is none.</returns>
    public int RowOf(string channel) => _rows.GetValueOrDefault(channel, -1);

    public IEnumerator<ReplayName> GetEnumerator() => _names.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
