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

    private readonly Dictionary<Client, List<AheadResume>> _ofClient = [];
    private readonly SortedSet<AheadResume> _bySince = new(Comparer<AheadResume>.Create((a, b) => (a.Since, a.Number).CompareTo((b.Since, b.Number))));

    // What all of them were held against last; what is new in the position alone concerns the lowest only.
    private (int Generation, long LookedAt) _seen;

    public bool IsEmpty => _bySince.Count == 0;

    /// <returns>False when too many of the client's wait.</returns>
    public bool TryAdd(AheadResume resume)
    {
        if (!_ofClient.TryGetValue(resume.Client, out var others)) _ofClient.Add(resume.Client, others = []);
        if (others.Count >= MostOfClient) return false;
        others.Add(resume);
        _bySince.Add(resume);
        return true;
    }

    /// <summary>Names of a client that wait, and the patterns among them.</summary>
    public (int Names, int Patterns) CountOf(Client client)
    {
        if (IsEmpty || !_ofClient.TryGetValue(client, out var resumes)) return (0, 0);
        return (resumes.Sum(resume => resume.Names.Count), resumes.Sum(resume => resume.Names.Count(name => name.IsPattern)));
    }

    public bool Has(Client client, string name) =>
        !IsEmpty && _ofClient.TryGetValue(client, out var resumes) && resumes.Any(resume => resume.Names.Any(waiting => waiting.Name == name));

    /// <summary>The client does not want this one any more.</summary>
    /// <returns>Whether it waited.</returns>
    public bool Leave(Client client, string name) => LeaveAll(client, waiting => waiting == name).Count > 0;

    /// <summary>Gives up names of a client.</summary>
    /// <returns>Those that waited.</returns>
    public IReadOnlyList<string> LeaveAll(Client client, Predicate<string> isLeft)
    {
        if (IsEmpty || !_ofClient.TryGetValue(client, out var resumes)) return [];
        var left = new List<string>();
        foreach (var names in resumes.Select(resume => resume.Names))
        {
            left.AddRange(names.Select(name => name.Name).Where(name => isLeft(name)));
            names.RemoveAll(name => isLeft(name.Name));
        }

        return left;
    }

    /// <summary>The client is gone.</summary>
    public void Forget(Client client)
    {
        if (IsEmpty || !_ofClient.Remove(client, out var resumes)) return;
        foreach (var resume in resumes) _bySince.Remove(resume);
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
            var others = _ofClient[resume.Client];
            others.Remove(resume);
            if (others.Count == 0) _ofClient.Remove(resume.Client);
        }

        return ready;
    }
}
