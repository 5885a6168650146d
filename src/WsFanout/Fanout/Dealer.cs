using WsFanout.Clients;
using WsFanout.Messages;
using WsFanout.Telemetry;

namespace WsFanout.Fanout;

/// <summary>Gives each entry of the ring to the clients of one worker that are owed it.</summary>
/// <remarks>The worker's thread only. Nothing here allocates, locks or logs for a delivery.</remarks>
internal sealed class Dealer(SubscriptionIndex index, Roster roster, ClientMetrics metrics, WorkerCounters counters, TimeProvider time)
{
    /// <summary>
    /// How long a socket may keep bytes waiting before its client counts as not reading. Entries are dealt far faster than sockets take
    /// them: until then the ring waits for a full queue, so that a burst costs no client that reads its place. A client across an ocean takes
    /// something once a round trip, 200 ms and more; one that takes less than a write in this time can't hold up the others.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    private readonly HoldBudget _budget = new(time);
    private readonly long _patienceTicks = (long)(Patience.TotalSeconds * time.TimestampFrequency);

    private long _dealt;

    /// <summary>How far this worker has dealt: what a position told to one of its clients means.</summary>
    public Position Position { get; private set; } = Position.None;

    /// <param name="place">The entry's position in the ring.</param>
    /// <returns>False when a client that reads had no room for it: to be dealt again, and then only who missed it gets it.</returns>
    public bool Deal(StreamEntry entry, long place)
    {
        if (entry is not Message message)
        {
            DealRare(entry);
            return true;
        }

        if (!DealMessage(message, place)) return false;
        counters.DealtInAll(_dealt);
        if (_budget.IsHolding) _budget.Release(time.GetTimestamp());
        Position = Position with { Sequence = message.Sequence, TimestampMs = message.TimestampMs };
        return true;
    }

    private bool DealMessage(Message message, long place)
    {
        if (index.Find(message.Channel.Name) is not { } matches) return true;

        var all = DealTo(matches.Exact, message, place);
        foreach (var pattern in matches.Patterns) all &= DealTo(pattern, message, place);
        return all;
    }

    private bool DealTo(SubscriptionNode node, Message message, long place)
    {
        var all = true;
        foreach (var client in node.Clients)
        {
            if (client.DealtAt == place) continue;
            if (client.Queue.Add(message) == SendOutcome.Queued)
            {
                client.DealtAt = place;
                _dealt++;
                roster.HasWork(client);
            }
            else
            {
                all &= DealToFull(client, message, place);
            }
        }

        return all;
    }

    /// <returns>False when the client reads and has to be waited for.</returns>
    private bool DealToFull(Client client, Message message, long place)
    {
        // What was dealt earlier in this turn may not have been given to its socket yet.
        if (client.Wire.IsIdle) Roster.Flush(client);
        var outcome = client.Queue.Add(message);
        if (outcome == SendOutcome.TooSlow)
        {
            var now = time.GetTimestamp();
            var blockedSince = client.Wire.BlockedSince;
            if ((blockedSince == 0 || now - blockedSince < _patienceTicks) && _budget.TryHold(now)) return false;
            client.Missed++;
            roster.CloseLater(client, CloseReason.SlowClient);
        }

        client.DealtAt = place;
        return true;
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
            if (client.Queue.AddAnswer(entry) == SendOutcome.Queued)
            {
                told++;
                roster.HasWork(client);
            }
            else
            {
                roster.CloseLater(client, CloseReason.SlowClient);
            }
        }

        if (!isReset) metrics.GapsTold("upstream", told);
    }
}
