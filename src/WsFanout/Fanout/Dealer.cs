using WsFanout.Clients;
using WsFanout.Messages;
using WsFanout.Telemetry;

namespace WsFanout.Fanout;

/// <summary>Gives each entry of the ring to the clients of one worker that are owed it.</summary>
/// <remarks>The worker's thread only. Nothing here allocates, locks or logs for a delivery.</remarks>
internal sealed class Dealer(SubscriptionIndex index, Roster roster, ClientMetrics metrics)
{
    /// <summary>How far this worker has dealt: what a position told to one of its clients means.</summary>
    public Position Position { get; private set; } = Position.None;

    /// <param name="place">The entry's position in the ring.</param>
    public void Deal(StreamEntry entry, long place)
    {
        if (entry is Message message) DealMessage(message, place);
        else DealRare(entry);
    }

    private void DealMessage(Message message, long place)
    {
        Position = Position with { Sequence = message.Sequence, TimestampMs = message.TimestampMs };
        if (index.Find(message.Channel.Name) is not { } matches) return;

        DealTo(matches.Exact, message, place);
        foreach (var pattern in matches.Patterns) DealTo(pattern, message, place);
    }

    private void DealTo(SubscriptionNode node, Message message, long place)
    {
        foreach (var client in node.Clients)
        {
            if (client.DealtAt == place) continue;
            client.DealtAt = place;
            if (client.Queue.Add(message) == SendOutcome.Queued) roster.HasWork(client);
            else roster.CloseLater(client, CloseReason.SlowClient);
        }
    }

    private void DealRare(StreamEntry entry)
    {
        var isReset = entry is Reset;
        Position = new Position(isReset ? ((Reset)entry).Epoch : Position.Epoch, entry.Sequence, entry.TimestampMs);
        var told = 0L;
        foreach (var client in roster.Clients)
        {
            // A gap concerns only who subscribed to something; another stream concerns everybody.
            if (client.Closing is not null || (!isReset && client.Subscriptions.Count == 0)) continue;
            told++;
            if (client.Queue.AddAnswer(entry) == SendOutcome.Queued) roster.HasWork(client);
            else roster.CloseLater(client, CloseReason.SlowClient);
        }

        if (!isReset) metrics.GapsTold("upstream", told);
    }
}
