using WsFanout.Clients;
using WsFanout.Messages;
using WsFanout.Transport.Direct;
using WsFanout.Transport.Frames;

namespace WsFanout.Fanout;

/// <summary>One worker's clients on the direct way: takes what has happened on their sockets.</summary>
/// <remarks>The worker's thread only.</remarks>
internal sealed class DirectSide(SocketLoop sockets, Reception reception, Roster roster, RequestHandler requests, BatchAccount account, WorkerContext context)
{
    /// <summary>Receives for one client before the others have their turn.</summary>
    private const int ReceivesAtATime = 4;

    private readonly FrameReader _frames = new(context.ClientOptions.MaxMessageBytes, takesBinary: false, context.Time);

    private readonly FrameReader _echoFrames = new(Echo.MaxMessageBytes, takesBinary: true, context.Time);

    public bool HasWork => sockets.HasWork;

    /// <summary>Takes one thing that has happened.</summary>
    /// <returns>False when there is none.</returns>
    public bool TakeOne()
    {
        if (!sockets.TryTake(out var socket, out var change)) return false;
        switch (change)
        {
            case SocketChange.Arrived:
                Welcome(socket);
                break;
            case SocketChange.Cut:
                End(socket, CloseReason.ConnectionLost);
                break;
            default:
                if (change.HasFlag(SocketChange.Writable)) SendOn(socket);
                if (change.HasFlag(SocketChange.Readable)) Receive(socket);
                break;
        }

        return true;
    }

    private void Welcome(DirectSocket socket)
    {
        var arrival = socket.TakeArrival();
        socket.Client = reception.Admit(socket, arrival.Join);

        // Before anything is read: whatever comes of that, `welcome` is the first frame.
        roster.Flush(socket.Client);
        Read(socket, arrival.Early);

        // In any case: the edge may have fired while the HTTP server still had the connection.
        Receive(socket);
    }

    private void SendOn(DirectSocket socket)
    {
        var client = socket.Client!;
        if (socket.IsIdle && !client.HasWaiting) return;
        account.Sent(socket.Resume(), wasBlocked: true);
        roster.Flush(client);
        if (client.HasWaiting) return;
        socket.NoteDrained();
        if (client.Echoes) sockets.ReadLater(socket);
    }

    private void Receive(DirectSocket socket)
    {
        for (var times = 0; socket.Client is { } client; times++)
        {
            if (client.Echoes)
            {
                // What it says waits in the kernel while its own words still wait for it.
                roster.Flush(client);
                if (client.HasWaiting) return;
            }

            if (times == ReceivesAtATime)
            {
                sockets.ReadLater(socket);
                return;
            }

            if (socket.Receive(out var received, out var isOver) <= 0)
            {
                if (isOver) End(socket, CloseReason.ConnectionLost);
                return;
            }

            Read(socket, received);
        }
    }

    private void Read(DirectSocket socket, Span<byte> unread)
    {
        var partial = socket.Partial;
        while (!unread.IsEmpty && !socket.IsDeaf && socket.Client is { } client)
        {
            var frames = client.Echoes ? _echoFrames : _frames;
            var came = frames.Next(ref partial, ref unread, out var payload);
            switch (came)
            {
                case Incoming.Text or Incoming.Binary when client.Echoes && client.Closing is null:
                    Echo.Send(client, came == Incoming.Text ? Opcode.Text : Opcode.Binary, payload, roster);
                    break;
                case Incoming.Text when client.Closing is null:
                    requests.Receive(client, payload, context.Time.GetTimestamp());
                    break;
                case Incoming.Ping:
                    Answer(client, Frame.Of(Opcode.Pong, payload));
                    break;
                case Incoming.Close:
                    // Answers to what came before leave first.
                    roster.Flush(client);
                    socket.AnswerClose(CloseFrame.CodeOf(payload));
                    End(socket, CloseReason.ClientLeft);
                    break;
                case Incoming.Violation:
                    socket.IsDeaf = true;
                    partial = null;
                    roster.Close(client, frames.Violation);

                    // Nothing that it says counts any more, its close frame neither: it is gone once it has been told.
                    if (client.CloseGiven) End(socket, frames.Violation);
                    break;
            }
        }

        socket.Partial = socket.Client is null ? null : partial;
    }

    private void Answer(Client client, Frame frame)
    {
        if (client.CloseGiven) return;
        if (client.Queue.AddAnswer(frame) == SendOutcome.Queued) roster.HasWork(client);
        else roster.Close(client, CloseReason.SlowClient);
    }

    private void End(DirectSocket socket, CloseReason reason)
    {
        if (socket.Client is not { } client) return;
        account.Unsent(socket.Unsent, client);
        reception.Remove(client, reason);
    }
}
