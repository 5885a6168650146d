using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Fanout.Replays;

/// <summary>
/// Resumes from positions that this server has not reached: servers of one stream lag each other. Their subscriptions begin when the server is
/// there, so that nothing is given twice. They count as subscriptions from the beginning.
/// </summary>
/// <remarks>The worker's thread only. Bounded by what clients may subscribe to.</remarks>
internal sealed class AheadResumes
{
    private readonly Dictionary<Client, List<AheadResume>> _waiting = [];

    public bool IsEmpty => _waiting.Count == 0;

    public void Add(AheadResume resume)
    {
        if (_waiting.TryGetValue(resume.Client, out var others)) others.Add(resume);
        else _waiting.Add(resume.Client, [resume]);
    }

    /// <summary>Names of a client that wait, and the patterns among them.</summary>
    public (int Names, int Patterns) CountOf(Client client)
    {
        if (IsEmpty || !_waiting.TryGetValue(client, out var resumes)) return (0, 0);
        return (resumes.Sum(resume => resume.Names.Count), resumes.Sum(resume => resume.Names.Count(name => name.IsPattern)));
    }

    public bool Has(Client client, string name) =>
        !IsEmpty && _waiting.TryGetValue(client, out var resumes) && resumes.Any(resume => resume.Names.Any(waiting => waiting.Name == name));

    /// <summary>The client does not want this one any more.</summary>
    /// <returns>Whether it waited.</returns>
    public bool Leave(Client client, string name) => LeaveAll(client, waiting => waiting == name).Count > 0;

    /// <summary>Gives up names of a client.</summary>
    /// <returns>Those that waited.</returns>
    public IReadOnlyList<string> LeaveAll(Client client, Predicate<string> isLeft)
    {
        if (IsEmpty || !_waiting.TryGetValue(client, out var resumes)) return [];
        var left = new List<string>();
        foreach (var names in resumes.Select(resume => resume.Names))
        {
            left.AddRange(names.Select(name => name.Name).Where(name => isLeft(name)));
            names.RemoveAll(name => isLeft(name.Name));
        }

        return left;
    }

    /// <summary>The client is being closed, or gone.</summary>
    public void Forget(Client client) => _waiting.Remove(client);

    /// <summary>Takes those that need not wait any longer.</summary>
    /// <param name="reached">How far this worker has dealt.</param>
    /// <param name="generation">Of the stream that it deals.</param>
    /// <param name="end">How far the stream itself reaches, as far as is known.</param>
    public IReadOnlyList<AheadResume> TakeReady(long reached, int generation, StreamEnd end)
    {
        var ready = new List<AheadResume>();
        foreach (var (client, resumes) in _waiting)
        {
            ready.AddRange(resumes.Where(IsReady));
            resumes.RemoveAll(IsReady);
            if (resumes.Count == 0) _waiting.Remove(client);
        }

        return ready;

        bool IsReady(AheadResume resume) => resume.Since <= reached || resume.Generation != generation || resume.IsBehind(end);
    }
}
