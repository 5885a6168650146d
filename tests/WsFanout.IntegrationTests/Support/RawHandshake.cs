using System.Net.Sockets;
using System.Text;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A client that shakes hands and then neither reads nor answers.</summary>
internal static class RawHandshake
{
    public static async Task<TcpClient> OpenAsync(Uri address) =>
        await TryOpenAsync(address) ?? throw new InvalidOperationException("the server refused the handshake");

    /// <returns>Null when the server refused the handshake.</returns>
    /// <param name="channels">As in the query.</param>
    /// <param name="receiveBufferBytes">The kernel's buffer for what comes; 0 for its own choice.</param>
    public static async Task<TcpClient?> TryOpenAsync(Uri address, string channels = "%3E", int receiveBufferBytes = 0)
    {
        var client = new TcpClient();
        if (receiveBufferBytes > 0) client.ReceiveBufferSize = receiveBufferBytes;
        try
        {
            if (await IsLetInAsync(client, address, channels)) return client;
        }
        catch (Exception cut) when (cut is IOException or SocketException)
        {
            // Refused without an answer, as a crowd may be.
        }

        client.Dispose();
        return null;
    }

    /// <summary>Reads what is left of the answer's head, so that frames follow.</summary>
    public static async Task SkipHeadAsync(TcpClient client)
    {
        var next = new byte[1];
        for (var ends = 0; ends < 4; ends = next[0] == "\r\n\r\n"[ends] ? ends + 1 : next[0] == '\r' ? 1 : 0)
        {
            await client.GetStream().ReadExactlyAsync(next);
        }
    }

    private static async Task<bool> IsLetInAsync(TcpClient client, Uri address, string channels)
    {
        await client.ConnectAsync(address.Host, address.Port);
        var request = $"GET /ws?channels={channels} HTTP/1.1\r\nHost: {address.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        var reply = new byte[12];
        await client.GetStream().ReadExactlyAsync(reply);
        return Encoding.ASCII.GetString(reply) == "HTTP/1.1 101";
    }
}
