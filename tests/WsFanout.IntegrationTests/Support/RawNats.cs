using System.Net;
using System.Net.Sockets;
using System.Text;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Publishes what no client library would.</summary>
internal static class RawNats
{
    /// <summary>Publishes one message with this header block and returns when the broker has it.</summary>
    public static async Task PublishAsync(NatsServerProcess nats, string subject, string headers, string payload = "")
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, nats.Port);
        var sizes = $"{Encoding.UTF8.GetByteCount(headers)} {Encoding.UTF8.GetByteCount(headers + payload)}";
        await socket.SendAsync(Encoding.UTF8.GetBytes($"CONNECT {{\"verbose\":false,\"headers\":true}}\r\nHPUB {subject} {sizes}\r\n{headers}{payload}\r\nPING\r\n"));

        var said = "";
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!said.Contains("PONG\r\n", StringComparison.Ordinal))
        {
            var count = await socket.ReceiveAsync(buffer, limit.Token);
            Assert.True(count > 0 && !said.Contains("-ERR", StringComparison.Ordinal), said);
            said += Encoding.UTF8.GetString(buffer, 0, count);
        }
    }
}
