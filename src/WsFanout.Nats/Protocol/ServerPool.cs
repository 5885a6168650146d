using System.Runtime.InteropServices;

namespace WsFanout.Nats.Protocol;

/// <summary>
/// The servers there are to try: the configured ones, which stay, and those that servers tell of, which leave when a newer list lacks them.
/// In random order, so that many clients spread, and each once before the first is tried again.
/// </summary>
/// <remarks>Thread safety: everything from anywhere.</remarks>
internal sealed class ServerPool
{
    /// <summary>Most servers learned from others; what is beyond it is left out until some leave. A pool is tried one by one, each for seconds.</summary>
    public const int MaxLearned = 128;

    private readonly ServerAddress[] _configured;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly List<ServerAddress> _learned = [];
    private readonly List<ServerAddress> _untried = [];

    public ServerPool(IEnumerable<ServerAddress> configured)
    {
        _configured = [.. configured];
        NewRound(justLost: null);
    }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _configured.Length + _learned.Count;
            }
        }
    }

    /// <returns>Null when all were tried since the last <see cref="NewRound"/>.</returns>
    public ServerAddress? Next()
    {
        lock (_gate)
        {
            if (_untried.Count == 0)
            {
                return null;
            }

            var next = _untried[0];
            _untried.RemoveAt(0);
            return next;
        }
    }

    /// <param name="justLost">The one whose turn comes last, for it probably is away.</param>
    public void NewRound(ServerAddress? justLost)
    {
        lock (_gate)
        {
            _untried.Clear();
            _untried.AddRange(_configured);
            _untried.AddRange(_learned);
            Random.Shared.Shuffle(CollectionsMarshal.AsSpan(_untried));
            if (justLost is not null && _untried.Remove(justLost))
            {
                _untried.Add(justLost);
            }
        }
    }

    /// <summary>All but one, in random order, whatever was tried.</summary>
    public ServerAddress[] Others(ServerAddress current)
    {
        lock (_gate)
        {
            var others = _configured.Concat(_learned).Where(server => !server.IsSamePlace(current)).ToArray();
            Random.Shared.Shuffle(others);
            return others;
        }
    }

    /// <summary>Takes over a server's list of its cluster. An empty list says nothing: a server may be told not to advertise.</summary>
    /// <param name="teller">Who told it, and is connected to.</param>
    /// <param name="urls">As in an INFO: <c>host:port</c>. What is none is passed over.</param>
    /// <param name="onlyAddresses">Of those that are new, leave out host names.</param>
    /// <returns>Whether the pool is another one now.</returns>
    public bool Learn(ServerAddress teller, IReadOnlyList<string?> urls, bool onlyAddresses)
    {
        var told = new List<ServerAddress>();
        foreach (var url in urls)
        {
            if (teller.TryNeighbour(url, out var server) && !IsIn(told, server) && !IsIn(_configured, server))
            {
                told.Add(server);
            }
        }

        lock (_gate)
        {
            if (urls.Count == 0)
            {
                return false;
            }

            bool Stays(ServerAddress server) => server.IsSamePlace(teller) || IsIn(told, server);
            _untried.RemoveAll(server => IsIn(_learned, server) && !Stays(server));
            var isOther = _learned.RemoveAll(server => !Stays(server)) > 0;
            foreach (var server in told.Where(server => (!onlyAddresses || server.IsIPAddress) && !IsIn(_learned, server)).Take(MaxLearned - _learned.Count).ToArray())
            {
                _learned.Add(server);
                _untried.Insert(Random.Shared.Next(_untried.Count + 1), server);
                isOther = true;
            }

            return isOther;
        }
    }

    private static bool IsIn(IEnumerable<ServerAddress> servers, ServerAddress server) => servers.Any(server.IsSamePlace);
}
