using System.Runtime.InteropServices;
using WsFanout.Clients;
using WsFanout.Telemetry;

namespace WsFanout.Fanout;

/// <summary>The clients of one worker: who is in, who has something to send, who is being closed.</summary>
/// <remarks>The worker's thread only.</remarks>
internal sealed class Roster(SubscriptionIndex index, AnswerWriter answers, ClientMetrics metrics, WorkerCounters counters, TimeProvider time)
{
    /// <summary>How long a client has to answer a close frame before it is cut.</summary>
    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(2);

    /// <summary>When clients that were closed for overload or faults may come back: anywhere up to this, so that they don't come together.</summary>
    private const int MaxRetryMs = 5000;

    private readonly List<Client> _clients = [];
    private readonly List<Client> _dirty = [];
    private readonly List<(Client Client, CloseReason Reason)> _closeLater = [];

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

    /// <summary>Closes a client once nobody walks over the lists it stands in.</summary>
    public void CloseLater(Client client, CloseReason reason) => _closeLater.Add((client, reason));

    /// <summary>Gives every client with something to send its batch, and closes what was marked for it.</summary>
    public void Flush()
    {
        foreach (var (client, reason) in _closeLater) Close(client, reason);
        _closeLater.Clear();
        foreach (var client in _dirty)
        {
            client.IsDirty = false;
            Flush(client);
        }

        _dirty.Clear();
    }

    /// <summary>Gives a client its next batch, or its close frame when nothing is left.</summary>
    public static void Flush(Client client)
    {
        if (client.IsGone || !client.Wire.IsIdle) return;
        if (client.Queue.Count > 0)
        {
            client.Wire.Send(client.Queue);
        }
        else if (client.Closing is { } reason && !client.CloseGiven)
        {
            client.CloseGiven = true;
            client.Wire.Close(reason);
        }
    }

    /// <summary>Says goodbye and closes; what waits is sent before, unless the reason drops it.</summary>
    public void Close(Client client, CloseReason reason) => Close(client, reason, Random.Shared.Next(MaxRetryMs));

    /// <param name="retryMs">When the client should come back. Milliseconds from now.</param>
    public void Close(Client client, CloseReason reason, int retryMs)
    {
        if (client.Closing is not null) return;

        client.Closing = reason;
        client.CloseDeadline = time.GetTimestamp() + (long)(CloseGrace.TotalSeconds * time.TimestampFrequency);
        LeaveAll(client);
        var dropped = client.Missed + (reason.DropsQueue ? client.Queue.Clear() : 0);
        if (dropped > 0) metrics.MessagesDropped(reason.DropLabel, dropped);
        if (reason.SaysBye) client.Queue.AddAnswer(answers.Bye(reason, retryMs));
        Flush(client);
    }

    /// <summary>The connection is no more.</summary>
    public void Remove(Client client, CloseReason reason)
    {
        LeaveAll(client);
        var last = _clients[^1];
        _clients[client.Slot] = last;
        last.Slot = client.Slot;
        _clients.RemoveAt(_clients.Count - 1);
        client.Closing ??= reason;
        metrics.ClientLeft(client.Closing.Label);
        var dropped = client.Queue.Clear();
        if (dropped > 0) metrics.MessagesDropped(client.Closing.DropLabel, dropped);
        client.IsGone = true;
        client.Wire.Release();
    }

    private void LeaveAll(Client client)
    {
        counters.SubscriptionsChanged(-client.Subscriptions.Count);
        while (client.Subscriptions.Count > 0) index.Left(client.Subscriptions.RemoveLast());
    }
}
