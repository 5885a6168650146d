using WsFanout.Clients;
using WsFanout.Messages;
using WsFanout.Transport;

namespace WsFanout.Fanout;

/// <summary>Sends a test client's messages back as they came. Nothing waits and nothing is lost: the next is read when the last has left.</summary>
/// <remarks>The worker's thread only.</remarks>
internal static class Echo
{
    /// <summary>Bytes of one message. Beyond: close 1009.</summary>
    public const int MaxMessageBytes = 16 * 1024 * 1024;

    /// <summary>A whole message has come; the connection reads no further until <see cref="Sent"/>.</summary>
    public static void Send(Client client, StreamConnection connection)
    {
        // Nothing else is ever queued while it is served, and an empty queue takes a frame of any size.
        client.Queue.AddAnswer(Frame.Echo(connection.Received, connection.IsBinary));
        client.IsOwedEcho = true;
        Roster.Flush(client);
    }

    /// <summary>The socket has taken it, or never will.</summary>
    public static void Sent(Client client, StreamConnection connection)
    {
        client.IsOwedEcho = false;
        connection.Taken();
    }
}
