using System.Net.Sockets;
using System.Text.Json.Nodes;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A client that keeps all that comes, many frames with one look at its socket, and understands them only when it is asked. Answers pings.</summary>
internal sealed class RecordingClient : IAsyncDisposable
{
    /// <summary>Between two looks at the socket: what comes meanwhile waits in the kernel, and costs the test one call.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);

    private static readonly byte[] Pong = [0x8a, 0x80, 0, 0, 0, 0];

    private readonly TcpClient _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Task _reading;

    // Guarded by _gate.
    private readonly FrameLog _log = new();
    private int _lastMessage = -1;

    private RecordingClient(TcpClient socket, string[] names)
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

    /// <summary>What the server's close frame said; null without one.</summary>
    public int? CloseCode
    {
        get
        {
            lock (_gate) return _log.Count > 0 && _log[^1] is { Opcode: RawFrame.Close } close ? close.CloseCode : null;
        }
    }

    /// <summary>Sequence number of the newest message; 0 before the first.</summary>
    public long LastSequence
    {
        get
        {
            lock (_gate) return _lastMessage < 0 ? 0 : _log[_lastMessage].Json["seq"]!.GetValue<long>();
        }
    }

    /// <summary>Messages that gaps told of as missing.</summary>
    public long Missed => Frames().Where(frame => frame["type"]!.GetValue<string>() == "gap").Sum(gap => gap["to"]!.GetValue<long>() - gap["from"]!.GetValue<long>() + 1);

    /// <summary>Connects and subscribes, and tries again while it is refused: a small server is short of CPU from starting.</summary>
    public static async Task<RecordingClient> ConnectAsync(Uri address, params string[] names)
    {
        TcpClient? socket = null;
        var channels = Uri.EscapeDataString(string.Join(',', names));
        await Wait.UntilAsync(async () => (socket = await RawHandshake.TryOpenAsync(address, channels)) is not null, "the server should let a client in", TimeSpan.FromSeconds(60));
        await RawHandshake.SkipHeadAsync(socket!);
        var client = new RecordingClient(socket!, names);
        await Wait.UntilAsync(() => client.Ack() is not null || client.IsOver, "a subscription should be acknowledged", TimeSpan.FromSeconds(30));
        client.AckedAt = client.Ack()!["seq"]!.GetValue<long>();
        return client;
    }

    /// <summary>Every frame of text so far, read anew at each call.</summary>
    public IEnumerable<JsonNode> Frames()
    {
        for (var i = 0; ; i++)
        {
            RawFrame frame;
            lock (_gate)
            {
                if (i >= _log.Count) yield break;
                frame = _log[i];
            }

            if (frame.Opcode == RawFrame.Text) yield return frame.Json;
        }
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

    private JsonNode? Ack() => Frames().FirstOrDefault(frame => frame["type"]!.GetValue<string>() == "subscription_ack");

    private async Task ReadAsync()
    {
        var buffer = new byte[256 * 1024];
        try
        {
            for (int read; (read = await _socket.Client.ReceiveAsync(buffer, _stop.Token)) > 0; await Task.Delay(Beat, _stop.Token))
            {
                for (var pings = Keep(buffer.AsSpan(0, read)); pings > 0; pings--) await _socket.Client.SendAsync(Pong, _stop.Token);
            }
        }
        catch (Exception over) when (over is SocketException or OperationCanceledException)
        {
            // Cut, or the test is done.
        }
    }

    /// <returns>Pings among them.</returns>
    private int Keep(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var pings = 0;
            var next = _log.Count;
            for (_log.Add(bytes); next < _log.Count; next++)
            {
                if (_log.OpcodeOf(next) == RawFrame.Ping) pings++;
                else if (_log.PayloadOf(next).StartsWith("{\"type\":\"message\""u8)) _lastMessage = next;
            }

            return pings;
        }
    }
}
