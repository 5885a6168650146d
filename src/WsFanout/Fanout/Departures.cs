using WsFanout.Clients;

namespace WsFanout.Fanout;

/// <summary>The goodbyes of one worker's clients while the server is drained: one after the other, evenly over the order's window.</summary>
/// <remarks>The worker's thread only. Each client is met once, whoever leaves meanwhile by itself.</remarks>
internal sealed class Departures(Roster roster, long frequency)
{
    /// <summary>Closes in one turn: live messages for the others come between.</summary>
    private const int ClosesPerTurn = 256;

    // Those who were there when the drain began, then those who came since: they had been let in before, and are the last to go.
    private readonly List<Client> _clients = [];

    private DrainOrder? _order;
    private int _next;

    /// <summary>When somebody is due. Ticks; the largest number when nobody is left.</summary>
    public long NextAt => _order is not { } order || _next == _clients.Count
        ? long.MaxValue
        : order.StartedAt + (long)Math.Ceiling(order.Window.TotalSeconds * frequency * (_next + 1) / _clients.Count);

    public void Joined(Client client)
    {
        if (_order is not null) _clients.Add(client);
    }

    /// <summary>Closes who is due.</summary>
    /// <returns>Whether more are due at once.</returns>
    public bool Look(long now, DrainOrder order)
    {
        if (_order is null) Begin(order);
        for (var closes = 0; now >= NextAt; closes++)
        {
            if (closes == ClosesPerTurn) return true;
            var client = _clients[_next++];
            if (client.Closing is null) roster.Close(client, CloseReason.Draining, order.Returns.NextMs());
        }

        return false;
    }

    private void Begin(DrainOrder order)
    {
        _order = order;
        _clients.AddRange(roster.Clients);
    }
}
