using System.Numerics;
using System.Runtime.InteropServices;
using WsFanout.Clients;
using WsFanout.Fanout.Replays;
using WsFanout.Messages;

namespace WsFanout.Fanout;

/// <summary>The clients of one worker: who is in, who has something to send, who is being closed.</summary>
/// <remarks>The worker's thread only.</remarks>
internal sealed class Roster(SubscriptionIndex index, AnswerWriter answers, BatchAccount account, TimingWheel<Client> wheel, WorkerContext context)
{
    /// <summary>How long a client has to answer a close frame, or to take a byte of what goes before it, until it is cut.</summary>
    public static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(2);

    /// <summary>When clients that were closed for overload or faults may come back: anywhere up to this, so that they don't come together.</summary>
    private const int MaxRetryMs = 5000;

    /// <summary>Bytes of a replay that are made ready at a time: as much as one send takes.</summary>
    private const int ReplayBatchBytes = 64 * 1024;

    private readonly List<Client> _clients = [];
    private readonly List<Client> _dirty = [];
    private readonly ReplayRota _replaying = new();

    /// <summary>All clients, those being closed included. Not to be kept over a turn.</summary>
    public ReadOnlySpan<Client> Clients => CollectionsMarshal.AsSpan(_clients);

    public int Count => _clients.Count;

    public void Add(Client client)
    {
        client.Slot = _clients.Count;
        _clients.Add(client);
    }

    /// <summary>Notes that a client's queue is no longer empty.</summary>
    public void HasWork(Client client)
    {
        if (client.IsDirty) return;
        client.IsDirty = true;
        _dirty.Add(client);
    }

    /// <summary>Owes a client a frame that must not be lost. One that has too many of them waiting is slow.</summary>
    public void Answer(Client client, Frame frame)
    {
        if (client.Closing is not null) return;
        Owed(client, client.Queue.AddAnswer(frame));
    }

    /// <summary>Owes a client what it missed.</summary>
    public void Answer(Client client, Replay replay)
    {
        if (client.Closing is not null) return;
        Owed(client, client.Queue.AddReplay(replay));
    }

    /// <summary>A message found a client's queue full: the oldest leave for it and a gap says so, or the client is closed.</summary>
    public void Overflow(Client client, Message message)
    {
        if (!TryCloseAsSlow(client)) CountLost(client.Queue.AddDroppingOldest(message));
    }

    /// <summary>More waits for a client than its queue's bounds, and may no longer: as <see cref="Overflow"/>.</summary>
    public void DropToBounds(Client client)
    {
        if (!TryCloseAsSlow(client)) CountLost(client.Queue.DropToBounds());
    }

    /// <summary>Reads on in the replay of the next client that waits for it.</summary>
    /// <returns>False when nobody does.</returns>
    public bool ReplayOne()
    {
        if (!_replaying.TryTake(out var client)) return false;
        if (!client.IsGone && client.HasWaiting && client.Queue.Unready is { } replay)
        {
            replay.Advance(ReplayBatchBytes);
            client.Queue.RemoveFinished();
            Flush(client);
        }

        return true;
    }

    /// <summary>Gives every client with something to send as much as its socket takes.</summary>
    public void Flush()
    {
        foreach (var client in CollectionsMarshal.AsSpan(_dirty))
        {
            client.IsDirty = false;
            Flush(client);
        }

        _dirty.Clear();
    }

    /// <summary>Gives a client what waits for it, and its close frame when nothing is left.</summary>
    public void Flush(Client client)
    {
        if (client.IsGone) return;
        var wasBlocked = client.Wire.BlockedSince != 0;
        while (client.HasWaiting && client.Wire.IsIdle)
        {
            if (client.Queue.Unready is not null)
            {
                // In its turn: one client's replay holds up nobody.
                _replaying.Add(client);
                return;
            }

            account.Sent(client.Wire.Send(client.Queue), wasBlocked);
        }

        client.ShelveQueue();
        if (!client.Wire.IsIdle)
        {
            Watch(client);
        }
        else if (client.Closing is { } reason && !client.CloseGiven)
        {
            client.CloseGiven = true;
            GiveTimeToClose(client);
            client.Wire.Close(reason);
        }
    }

    /// <summary>Has a client looked at soon: its socket has not taken all that it was given.</summary>
    public void Watch(Client client)
    {
        if (client.IsWatched || client.IsGone || client.Closing is not null) return;
        client.IsWatched = true;
        wheel.Schedule(client, context.Time.GetTimestamp());
    }

    /// <summary>Says goodbye and closes; what waits is sent before, as far as the first unfinished replay, unless the reason drops it.</summary>
    public void Close(Client client, CloseReason reason) => Close(client, reason, Random.Shared.Next(MaxRetryMs));

    /// <param name="retryMs">When the client should come back. Milliseconds from now.</param>
    public void Close(Client client, CloseReason reason, int retryMs)
    {
        if (client.Closing is not null) return;

        if (reason.Waiting == Waiting.SentAtOnce) Flush(client);
        client.Closing = reason;
        GiveTimeToClose(client);
        LeaveAll(client);
        CountDropped(reason, TakeDue(client) + (reason.Waiting == Waiting.Sent ? client.DropFromReplay() : client.DropQueue()));
        if (reason.SaysBye) client.Queue.AddAnswer(answers.Bye(reason, retryMs));
        Flush(client);
    }

    /// <summary>The connection is no more.</summary>
    public void Remove(Client client, CloseReason reason)
    {
        LeaveAll(client);
        wheel.Remove(client);
        var last = _clients[^1];
        _clients[client.Slot] = last;
        last.Slot = client.Slot;
        _clients.RemoveAt(_clients.Count - 1);
        if (_clients.Capacity > 1024 && _clients.Count * 4 < _clients.Capacity) _clients.Capacity /= 2;
        client.Closing ??= reason;
        context.ClientMetrics.ClientLeft(client.Closing.Label);
        CountDropped(client.Closing, client.DropQueue());
        client.LeaveLane();
        client.IsGone = true;
        client.Wire.Release();
    }

    /// <returns>False when the policy lets it stay, as always while a replay is unfinished.</returns>
    private bool TryCloseAsSlow(Client client)
    {
        if (context.ClientOptions.SlowClientPolicy != SlowClientPolicy.Disconnect || client.HasReplay) return false;
        Close(client, CloseReason.SlowClient);
        return true;
    }

    private void CountLost((int Dropped, int Gaps) lost)
    {
        if (lost.Dropped > 0) context.ClientMetrics.MessagesDropped("slow", lost.Dropped);
        if (lost.Gaps > 0) context.ClientMetrics.GapsTold("slow", lost.Gaps);
    }

    private void Owed(Client client, SendOutcome outcome)
    {
        if (outcome == SendOutcome.Queued) HasWork(client);
        else Close(client, CloseReason.SlowClient);
    }

    private void GiveTimeToClose(Client client)
    {
        client.CloseDeadline = context.Time.GetTimestamp() + (long)(CloseGrace.TotalSeconds * context.Time.TimestampFrequency);
        wheel.Schedule(client, client.CloseDeadline);
    }

    /// <returns>Messages of the present batch that the client was owed and will not get.</returns>
    private static int TakeDue(Client client)
    {
        var missed = BitOperations.PopCount(client.Due);
        client.Due = 0;
        return missed;
    }

    private void CountDropped(CloseReason reason, int messages)
    {
        if (messages > 0) context.ClientMetrics.MessagesDropped(reason.DropLabel, messages);
    }

    private void LeaveAll(Client client)
    {
        context.Metrics.Counters.SubscriptionsChanged(-client.Subscriptions.Count);
        while (client.Subscriptions.Count > 0) index.Left(client.Subscriptions.RemoveLast());
    }
}
