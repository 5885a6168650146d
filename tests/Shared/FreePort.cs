using System.Net;
using System.Net.Sockets;

namespace WsFanout.Testing;

/// <summary>A port on which nobody listens, for who can't be told to take any.</summary>
/// <remarks>Below the range from which outgoing connections take theirs: none of those can have it before it is used.</remarks>
internal static class FreePort
{
    private const int First = 10_000;
    private const int End = 20_000;

    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, End);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it: another one.
            }
        }
    }
}
