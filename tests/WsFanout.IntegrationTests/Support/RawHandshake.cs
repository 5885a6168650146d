using System.Net.Sockets;
using System.Text;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A client that shakes hands and then neither reads nor answers.</summary>
internal static class RawHandshake
{
    public static async Task<TcpClient> OpenAsync(Uri address) =>
        await TryOpenAsync(address) ?? throw new InvalidOperationException("the server refused the handshake");

    /// <returns>Null when the server refused the handshake.</returns>
    public static async Task<TcpClient?> TryOpenAsync(Uri address)
    {
        var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        var request = $"GET /ws?channels=%3E HTTP/1.1\r\nHost: {address.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        var reply = new byte[12];
        await client.GetStream().ReadExactlyAsync(reply);
        if (Encoding.ASCII.GetString(reply) == "HTTP/1.1 101") return client;
        client.Dispose();
        return null;
    }
}
