using WsFanout.Clients;

namespace WsFanout.Fanout;

/// <summary>Whom overload closes: those with the most bytes waiting first, then the newest.</summary>
/// <remarks>The worker's thread only; sorts all its clients, which overload asks for at most once a second.</remarks>
internal sealed class Shedding(Roster roster)
{
    private Client[] _order = [];
    private long[] _keys = [];

    /// <param name="share">Part of the clients that are not being closed already, rounded up.</param>
    public void Shed(double share)
    {
        var clients = roster.Clients;
        if (_order.Length < clients.Length)
        {
            _order = new Client[clients.Length];
            _keys = new long[clients.Length];
        }

        var count = 0;
        foreach (var client in clients)
        {
            if (client.Closing is not null) continue;
            _order[count] = client;

            // Ascending order puts first whoever has most to wait for; without anything waiting, whoever came last.
            _keys[count++] = client.WaitingBytes > 0 ? (long.MinValue / 2) - client.WaitingBytes : -client.Number;
        }

        Array.Sort(_keys, _order, 0, count);
        var due = (int)Math.Ceiling(count * share);
        for (var i = 0; i < due; i++) roster.Close(_order[i], CloseReason.Shed);
        Array.Clear(_order, 0, count);
    }
}
