using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A client that keeps every frame as the bytes it came in, and reads them only when it is asked: dozens of them are cheap under load.</summary>
internal sealed class RecordingClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Task _reading;

    // Guarded by _gate.
    private readonly List<byte[]> _frames = [];
    private byte[]? _lastMessage;

    private RecordingClient(ClientWebSocket socket, string[] names)
    {
        _socket = socket;
        Names = names;
        _reading = ReadAsync();
    }

    /// <summary>What it subscribed to.</summary>
    public string[] Names { get; }

    /// <summary>Position of the subscription's ack.</summary>
    public long AckedAt { get; private set; }

    /// <summary>Whether nothing more will come.</summary>
    public bool IsOver => _reading.IsCompleted;

    public int? CloseCode => (int?)_socket.CloseStatus;

    /// <summary>Sequence number of the newest message; 0 before the first.</summary>
    public long LastSequence
    {
        get
        {
            byte[]? last;
            lock (_gate) last = _lastMessage;
            return last is null ? 0 : JsonNode.Parse(last)!["seq"]!.GetValue<long>();
        }
    }

    /// <summary>Messages that gaps told of as missing.</summary>
    public long Missed => Frames().Where(frame => frame["type"]!.GetValue<string>() == "gap").Sum(gap => gap["to"]!.GetValue<long>() - gap["from"]!.GetValue<long>() + 1);

    /// <summary>Connects and subscribes, and tries again while it is refused: a small server is short of CPU from starting.</summary>
    public static async Task<RecordingClient> ConnectAsync(Uri address, params string[] names)
    {
        ClientWebSocket? socket = null;
        await Wait.UntilAsync(async () => (socket = await TryConnectAsync(address)) is not null, "the server should let a client in", TimeSpan.FromSeconds(60));
        var client = new RecordingClient(socket!, names);
        var channels = new JsonArray([.. names.Select(name => (JsonNode)name)]);
        var subscribe = new JsonObject { ["type"] = "subscribe", ["data"] = new JsonObject { ["channels"] = channels } }.ToJsonString();
        await socket!.SendAsync(Encoding.UTF8.GetBytes(subscribe), WebSocketMessageType.Text, true, CancellationToken.None);
        await Wait.UntilAsync(() => client.Ack() is not null || client.IsOver, "a subscription should be acknowledged", TimeSpan.FromSeconds(30));
        client.AckedAt = client.Ack()!["seq"]!.GetValue<long>();
        return client;
    }

    /// <summary>Every frame so far, read anew at each call.</summary>
    public IEnumerable<JsonNode> Frames()
    {
        byte[][] frames;
        lock (_gate) frames = [.. _frames];
        return frames.Select(frame => JsonNode.Parse(frame)!);
    }

    /// <summary>Whether it subscribed to a channel, by a matcher of the tests' own.</summary>
    public bool Wants(string channel) => Names.Any(name => name == ">" || name == channel);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _socket.Dispose();
        _stop.Dispose();
    }

    private static async Task<ClientWebSocket?> TryConnectAsync(Uri address)
    {
        var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await socket.ConnectAsync(new UriBuilder(address) { Scheme = "ws", Path = "/ws" }.Uri, limit.Token);
            return socket;
        }
        catch (Exception refused) when (refused is WebSocketException or OperationCanceledException)
        {
            socket.Dispose();
            return null;
        }
    }

    private JsonNode? Ack() => Frames().FirstOrDefault(frame => frame["type"]!.GetValue<string>() == "subscription_ack");

    private async Task ReadAsync()
    {
        var buffer = new byte[256 * 1024];
        var length = 0;
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer.AsMemory(length), _stop.Token);
                if (part.MessageType == WebSocketMessageType.Close) return;
                length += part.Count;
                if (!part.EndOfMessage) continue;
                Keep(buffer.AsSpan(0, length).ToArray());
                length = 0;
            }
        }
        catch (Exception over) when (over is WebSocketException or OperationCanceledException)
        {
            // Cut, or the test is done.
        }
    }

    private void Keep(byte[] frame)
    {
        lock (_gate)
        {
            _frames.Add(frame);
            if (frame.AsSpan().StartsWith("{\"type\":\"message\""u8)) _lastMessage = frame;
        }
    }
}
