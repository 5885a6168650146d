using System.Numerics;
using WsFanout.Clients;
using WsFanout.Messages;
using WsFanout.Telemetry;
using WsFanout.Transport.Direct;

namespace WsFanout.Fanout;

/// <summary>
/// Gives the entries of the ring to the clients of one worker that are owed them: first notes for a whole batch of messages who gets which, then
/// sends each client all that it is due in one go. Nobody is waited for.
/// </summary>
/// <remarks>The worker's thread only. Nothing here allocates, locks or logs for a delivery.</remarks>
internal sealed class Dealer(SubscriptionIndex index, Lanes lanes, Roster roster, BatchAccount account, WorkerContext context)
{
    /// <summary>
    /// How long a socket may keep bytes waiting before its client counts as not reading, for which nothing waits beyond its queue's bounds. A
    /// client across an ocean takes something once a round trip, 200 ms and more.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    private readonly FrameBatch _batch = new();
    private readonly RecentlyDealt _recent = new(context.ClientOptions.SendBurstTime, context.ClientOptions.SendBurstBytes, context.Time);
    private readonly WorkerCounters _counters = context.Metrics.Counters;
    private readonly TimeProvider _time = context.Time;
    private readonly LostOnPurpose? _losses = context.LosesOneIn > 0 ? new(context.LosesOneIn) : null;
    private readonly long _patienceTicks = (long)(Patience.TotalSeconds * context.Time.TimestampFrequency);

    // Lanes of the clients that are owed something of the batch, each once.
    private int[] _owed = [];
    private int _owedCount;

    private long _dealt;
    private long _overdrawn;

    /// <summary>How far this worker has dealt: what a position told to one of its clients means.</summary>
    public Position Position { get; private set; } = Position.None;

    /// <summary>Which of the streams that the process has followed that is: the History's window of another generation is not of it.</summary>
    public int Generation { get; private set; }

    /// <summary>Notes an entry for the next <see cref="Send"/>. What is rare, a hole or another stream, is told at once.</summary>
    /// <returns>False when what has been noted must be sent first.</returns>
    public bool TryAdd(StreamEntry entry)
    {
        if (entry is Message message)
        {
            if (!_batch.TryAdd(message)) return false;
            NoteWhoIsOwed(message, 1UL << (_batch.Count - 1));
            return true;
        }

        if (_batch.Count > 0) return false;
        Tell(entry);
        return true;
    }

    /// <summary>Sends each client what it is owed of the batch.</summary>
    public void Send()
    {
        if (_batch.Count == 0) return;
        Begin();
        if (_losses is not null) Lose(_losses);
        for (var i = 0; i < _owedCount; i++)
        {
            ref var lane = ref lanes[_owed[i]];
            SendDue(ref lane);
        }

        account.EndStretch();
        _owedCount = 0;
        _batch.Clear();
    }

    private void NoteWhoIsOwed(Message message, ulong bit)
    {
        if (index.Find(message.Channel.Name) is not { } matches) return;

        NoteOwed(matches.Exact, bit);
        foreach (var pattern in matches.Patterns) NoteOwed(pattern, bit);
    }

    private void NoteOwed(SubscriptionNode node, ulong bit)
    {
        // Clients join and leave only between batches, so each stands in the array once and it is large enough from here.
        if (_owed.Length < roster.Count) Array.Resize(ref _owed, Math.Max(64, roster.Count + (roster.Count / 4)));
        foreach (var number in node.Lanes)
        {
            ref var lane = ref lanes[number];
            var due = lane.Due;
            if ((due & bit) != 0) continue;
            if (due == 0) _owed[_owedCount++] = number;
            lane.Due = due | bit;
            _dealt++;
        }
    }

    private void Begin()
    {
        var last = _batch[_batch.Count - 1];
        Position = Position with { Sequence = last.Sequence, TimestampMs = last.TimestampMs };
        _counters.DealtInAll(_dealt);
        _recent.Note(last.Sequence, _batch.Bytes, _time.GetTimestamp());
    }

    private void Lose(LostOnPurpose losses)
    {
        var left = 0;
        foreach (var number in _owed.AsSpan(0, _owedCount))
        {
            ref var lane = ref lanes[number];
            lane.Due = losses.Keep(lane.Due);
            if (lane.Due != 0) _owed[left++] = number;
        }

        _owedCount = left;
    }

    private void SendDue(ref Lane lane)
    {
        if (lane.OpenSocket < 0)
        {
            SendDue(lane.Client);
            return;
        }

        var bytes = _batch.BytesOf(lane.Due);
        var taken = DirectSocket.Offer(lane.OpenSocket, bytes);
        if (taken == bytes.Length)
        {
            account.Sent(_batch, lane.Due);
            lane.Due = 0;
            lane.NoteGiven();
            return;
        }

        lane.Close();
        if (taken > 0) Enqueue(lane.Client, TakenInPart(lane.Client, lane.Due, taken));
        else SendDue(lane.Client);
    }

    private void SendDue(Client client)
    {
        var due = client.Due;
        if (!client.HasWaiting && client.Wire.IsIdle)
        {
            var bytes = _batch.BytesOf(due);
            var taken = client.Wire.SendNow(bytes);
            if (taken == bytes.Length)
            {
                client.Due = 0;
                client.NoteGiven();
                client.OpenLane();
                account.Sent(_batch, due);
                return;
            }

            due = TakenInPart(client, due, taken);
        }

        Enqueue(client, due);
    }

    /// <summary>The socket has become full in the middle of what was due.</summary>
    /// <returns>What it has not begun to take.</returns>
    private ulong TakenInPart(Client client, ulong due, int taken)
    {
        var whole = 0UL;
        while (taken > 0)
        {
            var bit = due & (~due + 1);
            var message = _batch[BitOperations.TrailingZeroCount(bit)];
            due ^= bit;
            client.NoteGiven();
            if (taken < message.Length) client.Wire.KeepRest(message, taken);
            else whole |= bit;
            taken -= message.Length;
        }

        if (whole != 0) account.Sent(_batch, whole);
        roster.Watch(client);
        return due;
    }

    private void Enqueue(Client client, ulong due)
    {
        while (due != 0)
        {
            var message = _batch[BitOperations.TrailingZeroCount(due)];
            client.Due = due;
            if (client.Queue.Add(message) != SendOutcome.Queued)
            {
                // What waits may not have been given to its socket yet.
                roster.Flush(client);
                if (client.Queue.Add(message) != SendOutcome.Queued && !TryOverdraw(client, message))
                {
                    roster.Overflow(client, message);
                    if (client.Closing is not null) return;
                }
            }

            client.NoteGiven();
            due &= due - 1;
        }

        client.Due = 0;
        roster.Flush(client);
    }

    /// <summary>Holds a client to the bounds of its queue once its burst is over, though no message has come for it since.</summary>
    public void EndBurst(Client client, long now)
    {
        if (!client.IsOverdrawn || (IsReading(client, now) && IsInBurst(client.Queue, now))) return;
        roster.DropToBounds(client);
    }

    /// <summary>Messages are dealt far faster than sockets take them: in a burst more may wait for a client that reads.</summary>
    private bool TryOverdraw(Client client, Message message)
    {
        var now = _time.GetTimestamp();
        if (!client.Queue.MayOverdraw || !IsReading(client, now) || !IsInBurst(client.Queue, now)) return false;
        client.Queue.AddBeyond(message);
        _counters.OverdrawnInAll(++_overdrawn);
        return true;
    }

    private bool IsReading(Client client, long now) => client.Wire.BlockedSince is var since && (since == 0 || now - since < _patienceTicks);

    /// <summary>In a burst a queue fills in an instant; one that took longer to fill belongs to a client that is slower than the stream.</summary>
    private bool IsInBurst(SendQueue queue, long now) => queue.OldestMessage is { } oldest && _recent.Contains(oldest.Sequence, now);

    private void Tell(StreamEntry entry)
    {
        var reset = entry as Reset;
        var isReset = reset is not null;
        if (reset is not null)
        {
            Generation = reset.Generation;
            _recent.Clear();
        }

        Position = new Position(reset?.Epoch ?? Position.Epoch, entry.Sequence, entry.TimestampMs);
        var told = 0L;
        foreach (var client in roster.Clients)
        {
            // A gap concerns only who subscribed to something; another stream concerns everybody.
            if (client.Closing is not null || (!isReset && client.Subscriptions.Count == 0)) continue;
            roster.Answer(client, entry);
            if (client.Closing is null) told++;
        }

        if (!isReset) context.ClientMetrics.GapsTold("upstream", told);
    }
}
