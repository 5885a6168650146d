using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Fanout.Replays;

/// <summary>
/// Resumes from positions that this server has not reached: servers of one stream lag each other. Their subscriptions begin when the server is
/// there, so that nothing is given twice. They count as subscriptions from the beginning.
/// </summary>
/// <remarks>The worker's thread only. Bounded by <see cref="MostOfClient"/>, and in names by what a client may subscribe to.</remarks>
internal sealed class AheadResumes
{
    /// <summary>Resumes of one client that wait; beyond, the request is refused.</summary>
    public const int MostOfClient = 64;

    private readonly Dictionary<Client, Those> _ofClient = [];
    private readonly SortedSet<AheadResume> _bySince = new(Comparer<AheadResume>.Create((a, b) => (a.Since, a.Number).CompareTo((b.Since, b.Number))));

    // What all of them were held against last; what is new in the position alone concerns the lowest only.
    private (int Generation, long LookedAt) _seen;

    public bool IsEmpty => _bySince.Count == 0;

    /// <returns>False when too many of the client's wait.</returns>
    public bool TryAdd(AheadResume resume)
    {
        if (!_ofClient.TryGetValue(resume.Client, out var those)) _ofClient.Add(resume.Client, those = new Those());
        if (those.Resumes.Count >= MostOfClient) return false;
        those.Resumes.Add(resume);
        _bySince.Add(resume);
        return true;
    }

    /// <summary>One more name waits with a resume that was added. The caller has made sure that it does not wait yet.</summary>
    public void Add(AheadResume resume, in ReplayName name)
    {
        var those = _ofClient[resume.Client];
        those.ByName.Add(name, resume);
        if (name.IsPattern) those.Patterns++;
        resume.Names.Add(name);
    }

    /// <summary>Names of a client that wait, and the patterns among them.</summary>
    public (int Names, int Patterns) CountOf(Client client) =>
        !IsEmpty && _ofClient.TryGetValue(client, out var those) ? (those.ByName.Count, those.Patterns) : (0, 0);

    /// <summary>Names of a client that wait, each once.</summary>
    public IReadOnlyCollection<ReplayName> NamesOf(Client client) =>
        !IsEmpty && _ofClient.TryGetValue(client, out var those) ? those.ByName.Keys : [];

    public bool Has(Client client, in ReplayName name) => !IsEmpty && _ofClient.TryGetValue(client, out var those) && those.ByName.ContainsKey(name);

    /// <summary>The client does not want this one any more.</summary>
    /// <returns>Whether it waited.</returns>
    public bool Leave(Client client, in ReplayName name)
    {
        if (IsEmpty || !_ofClient.TryGetValue(client, out var those) || !those.ByName.Remove(name, out var resume)) return false;
        if (name.IsPattern) those.Patterns--;
        return resume.Names.Remove(name);
    }

    /// <summary>Gives up names of a client.</summary>
    /// <returns>Those that waited.</returns>
    public IReadOnlyList<string> LeaveAll(Client client, Predicate<string> isLeft)
    {
        if (IsEmpty || !_ofClient.TryGetValue(client, out var those)) return [];
        ReplayName[] left = [.. those.Resumes.SelectMany(resume => resume.Names).Where(name => isLeft(name.Name))];
        foreach (var name in left) Leave(client, name);
        return [.. left.Select(name => name.Name)];
    }

    /// <summary>The client is gone.</summary>
    public void Forget(Client client)
    {
        if (IsEmpty || !_ofClient.Remove(client, out var those)) return;
        foreach (var resume in those.Resumes) _bySince.Remove(resume);
    }

    /// <summary>Takes those that need not wait any longer.</summary>
    /// <param name="reached">How far this worker has dealt.</param>
    /// <param name="generation">Of the stream that it deals.</param>
    /// <param name="end">How far the stream itself reaches, as far as is known.</param>
    public IReadOnlyList<AheadResume> TakeReady(long reached, int generation, StreamEnd end)
    {
        var isAllNew = _seen != (generation, end.LookedAt);
        _seen = (generation, end.LookedAt);
        AheadResume[] ready = isAllNew
            ? [.. _bySince.Where(resume => resume.Since <= reached || resume.Generation != generation || resume.IsBehind(end))]
            : [.. _bySince.TakeWhile(resume => resume.Since <= reached)];
        foreach (var resume in ready)
        {
            _bySince.Remove(resume);
            var those = _ofClient[resume.Client];
            those.Resumes.Remove(resume);
            foreach (var name in resume.Names) those.ByName.Remove(name);
            those.Patterns -= resume.Names.Count(name => name.IsPattern);
            if (those.Resumes.Count == 0) _ofClient.Remove(resume.Client);
        }

        return ready;
    }

    /// <summary>What waits of one client.</summary>
    private sealed class Those
    {
        public List<AheadResume> Resumes { get; } = [];

        /// <summary>With which of them a name waits: a name waits once.</summary>
        public Dictionary<ReplayName, AheadResume> ByName { get; } = [];

        /// <summary>Patterns among the names.</summary>
        public int Patterns { get; set; }
    }
}
