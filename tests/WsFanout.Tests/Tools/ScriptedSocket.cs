using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;

namespace WsFanout.Tests.Tools;

/// <summary>The server's end of one client connection, in the hands of a test.</summary>
internal sealed class ScriptedSocket(WebSocket socket, ConcurrentQueue<string> requests, CancellationToken ending)
{
    public const string Welcome =
        """{"type":"welcome","client":"c1","version":1,"epoch":"e1","seq":10,"ts":1000,"ping":30,"limits":{},"surprise":true}""";

    public const string Ack =
        """{"type":"subscription_ack","id":1,"subscribed":["BTC.*"],"count":1,"seq":10,"ts":1000,"epoch":"e1"}""";

    public Task SendAsync(string frame) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, endOfMessage: true, ending);

    /// <summary>Greets, waits for the subscription and acknowledges it.</summary>
    public async Task SubscribeAsync(string ack = Ack)
    {
        await SendAsync(Welcome);
        await ReceiveAsync();
        await SendAsync(ack);
    }

    public Task MessageAsync(string channel, long seq, long prev, string data = "{}") =>
        SendAsync($$"""{"type":"message","channel":"{{channel}}","seq":{{seq}},"prev":{{prev}},"ts":1795224000123,"data":{{data}}}""");

    public async Task ReceiveAsync()
    {
        var buffer = new byte[64 * 1024];
        var result = await socket.ReceiveAsync(buffer, ending);
        if (result.MessageType == WebSocketMessageType.Text) requests.Enqueue(Encoding.UTF8.GetString(buffer, 0, result.Count));
    }

    public Task CloseAsync(int code, string reason = "") => socket.CloseAsync((WebSocketCloseStatus)code, reason, ending);

    /// <summary>Ends as a dying machine does, without a word.</summary>
    public void Drop() => socket.Abort();

    /// <summary>Stays until the client leaves or the test ends.</summary>
    public Task StayAsync() => ReceiveAsync();
}
