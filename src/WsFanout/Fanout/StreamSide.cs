using System.Collections.Concurrent;
using WsFanout.Clients;
using WsFanout.Messages;
using WsFanout.Transport;

namespace WsFanout.Fanout;

/// <summary>One worker's clients on the stream way: takes what their connections posted.</summary>
/// <remarks>The worker's thread, but for <see cref="Join"/> and the count.</remarks>
internal sealed class StreamSide(WorkerInbox inbox, Reception reception, Roster roster, RequestHandler requests, BatchAccount account, TimeProvider time)
{
    private readonly ConcurrentQueue<JoinRequest> _joins = new();

    // Any thread.
    private int _clientCount;

    /// <summary>Clients, those on their way in included. Any thread.</summary>
    public int ClientCount => Volatile.Read(ref _clientCount);

    public bool HasWork => !_joins.IsEmpty || !inbox.IsEmpty;

    /// <summary>Makes a connection a client of this worker. Any thread.</summary>
    public void Join(JoinRequest join)
    {
        Interlocked.Increment(ref _clientCount);
        _joins.Enqueue(join);
        inbox.Ring();
    }

    /// <summary>Takes one thing that has happened.</summary>
    /// <returns>False when there is none.</returns>
    public bool TakeOne()
    {
        if (AdmitOne()) return true;
        if (!inbox.TryTake(out var happened)) return false;

        // A connection may speak before its join was taken: joins are few, so take them first.
        while (happened.Connection.Client is null && AdmitOne())
        {
        }

        Take(happened, happened.Connection, happened.Connection.Client!);
        return true;
    }

    /// <summary>Lets in whoever still waits, so that each is somebody's to end.</summary>
    public void AdmitAll()
    {
        while (AdmitOne())
        {
        }
    }

    private bool AdmitOne()
    {
        if (!_joins.TryDequeue(out var join)) return false;
        join.Connection.Client = reception.Admit(join.Connection, join.Terms);
        return true;
    }

    private void Take(in TransportEvent happened, StreamConnection connection, Client client)
    {
        switch (happened.Kind)
        {
            case TransportEventKind.Received when client.Echoes && client.Closing is null:
                // Taken when it has left again: the queue is empty until then, and takes a frame of any size.
                Echo.Send(client, connection.IsBinary ? Opcode.Binary : Opcode.Text, connection.Received, roster);
                break;
            case TransportEventKind.Received:
                if (client.Closing is null) requests.Receive(client, connection.Received, time.GetTimestamp());
                connection.Taken();
                break;
            case TransportEventKind.Sent:
                account.Sent(connection.Sent, connection.WasBlocked);
                account.Unsent(connection.Unsent, client);
                connection.BatchDone();
                if (client.Echoes) connection.Taken();
                roster.Flush(client);
                break;
            case TransportEventKind.Violated:
                roster.Close(client, happened.Reason!);
                break;
            case TransportEventKind.Ended:
                Interlocked.Decrement(ref _clientCount);
                reception.Remove(client, happened.Reason!);
                break;
        }
    }
}
