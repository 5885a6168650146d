using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A WebSocket client that keeps every frame it is given, in order.</summary>
internal sealed class TestClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket;
    private readonly ConcurrentQueue<JsonNode> _frames = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    private TestClient(ClientWebSocket socket)
    {
        _socket = socket;
        _reading = ReadAsync();
    }

    /// <summary>Every frame so far.</summary>
    public IReadOnlyList<JsonNode> Frames => [.. _frames];

    public IReadOnlyList<JsonNode> Messages => OfType("message");

    /// <summary>The close code that the server sent; null while the connection is open or when it was cut.</summary>
    public int? CloseCode => (int?)_socket.CloseStatus;

    /// <summary>Whether nothing more will come.</summary>
    public bool IsOver => _reading.IsCompleted;

    public string? Subprotocol => _socket.SubProtocol;

    /// <summary>Connects. Subscriptions that the address asks for have been answered when it returns: what is published from then on comes.</summary>
    public static async Task<TestClient> ConnectAsync(Uri address, Action<ClientWebSocketOptions>? configure = null)
    {
        var client = await OpenAsync(address, configure);
        if (address.Query.Contains("channels=", StringComparison.Ordinal)) await client.WaitForAnswerAsync(address);
        return client;
    }

    /// <summary>Connects, and waits for no answer to what the address asks for.</summary>
    public static async Task<TestClient> OpenAsync(Uri address, Action<ClientWebSocketOptions>? configure = null)
    {
        var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        configure?.Invoke(socket.Options);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await socket.ConnectAsync(address, limit.Token);
        return new TestClient(socket);
    }

    public IReadOnlyList<JsonNode> OfType(string type) => [.. _frames.Where(frame => frame["type"]!.GetValue<string>() == type)];

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    public Task SendAsync(ReadOnlyMemory<byte> bytes, WebSocketMessageType type) => _socket.SendAsync(bytes, type, true, CancellationToken.None).AsTask();

    /// <summary>Subscribes and waits for the ack.</summary>
    public async Task<JsonNode> SubscribeAsync(params string[] channels)
    {
        var acks = OfType("subscription_ack").Count;
        await SendAsync(new JsonObject { ["type"] = "subscribe", ["data"] = new JsonObject { ["channels"] = new JsonArray([.. channels.Select(name => (JsonNode)name)]) } }.ToJsonString());
        await Wait.UntilAsync(() => OfType("subscription_ack").Count > acks, $"subscribing to {string.Join(',', channels)} should be acknowledged");
        return OfType("subscription_ack")[^1];
    }

    public Task WaitForAsync(string type, int count = 1) =>
        Wait.UntilAsync(() => OfType(type).Count >= count, $"{count} frames of type {type} should come; there are {OfType(type).Count} among {_frames.Count}");

    public Task WaitForMessagesAsync(int count, TimeSpan? deadline = null) =>
        Wait.UntilAsync(() => OfType("message").Count >= count, $"{count} messages should come", deadline);

    public Task WaitForEndAsync() => Wait.UntilAsync(() => IsOver, "the connection should end");

    public Task CloseAsync() => _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "done", CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _socket.Dispose();
        _stop.Dispose();
    }

    private Task WaitForAnswerAsync(Uri address) =>
        Wait.UntilAsync(() => IsOver || _frames.Any(frame => frame["type"]!.GetValue<string>() is "subscription_ack" or "error" or "bye"), $"{address.Query} should be answered");

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        var length = 0;
        try
        {
            while (true)
            {
                if (length == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
                var part = await _socket.ReceiveAsync(buffer.AsMemory(length), _stop.Token);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    if (_socket.State == WebSocketState.CloseReceived) await _socket.CloseOutputAsync(_socket.CloseStatus!.Value, null, _stop.Token);
                    return;
                }

                length += part.Count;
                if (!part.EndOfMessage) continue;
                _frames.Enqueue(JsonNode.Parse(buffer.AsSpan(0, length))!);
                length = 0;
            }
        }
        catch (Exception over) when (over is WebSocketException or OperationCanceledException)
        {
            // Cut, or the test is done.
        }
    }
}
