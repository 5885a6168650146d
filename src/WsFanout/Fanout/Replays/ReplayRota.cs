using System.Diagnostics.CodeAnalysis;
using WsFanout.Clients;

namespace WsFanout.Fanout.Replays;

/// <summary>Clients whose queue begins with a replay that is to be read on: one after the other, each a batch at a time.</summary>
/// <remarks>The worker's thread only. Each client stands in it once.</remarks>
internal sealed class ReplayRota
{
    private readonly Queue<Client> _clients = new();

    public void Add(Client client)
    {
        if (client.IsReplaying) return;
        client.IsReplaying = true;
        _clients.Enqueue(client);
    }

    /// <returns>False when there is nobody.</returns>
    public bool TryTake([NotNullWhen(true)] out Client? client)
    {
        if (!_clients.TryDequeue(out client)) return false;
        client.IsReplaying = false;
        return true;
    }
}
