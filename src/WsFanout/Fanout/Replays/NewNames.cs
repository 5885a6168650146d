using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Fanout.Replays;

/// <summary>
/// Names of one resume that nothing else has been giving its client: what a pattern of the client's covers was not missed.
/// </summary>
/// <remarks>The worker's thread only. Lives as long as the request is being met.</remarks>
internal sealed class NewNames
{
    private readonly PatternSet _patterns = new();
    private readonly List<ReplayName> _names = [];

    /// <param name="client">As it is before the request.</param>
    public NewNames(Client client)
    {
        for (var i = 0; _patterns.Count < client.Subscriptions.Patterns; i++)
        {
            if (client.Subscriptions[i].IsPattern) _patterns.Add(client.Subscriptions[i].Name);
        }
    }

    /// <summary>In the order of the request.</summary>
    public IReadOnlyList<ReplayName> Names => _names;

    /// <summary>The client has been subscribed to a name that it did not have.</summary>
    public void Add(in ReplayName name)
    {
        if (!_patterns.Covers(name.Name)) _names.Add(name);
        if (name.IsPattern) _patterns.Add(name.Name);
    }
}
