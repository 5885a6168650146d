using System.Diagnostics;
using System.Text.Json.Nodes;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A client that is to be sent away: keeps what it is told, answers pings, and answers the close frame or does not.</summary>
internal sealed class Guest : IAsyncDisposable
{
    private readonly RawClient _socket;
    private readonly bool _answersClose;
    private readonly List<long> _sequences = [];
    private readonly Task _reading;
    private volatile JsonNode? _bye;
    private volatile int _messages;

    private Guest(RawClient socket, long ackedAt, bool answersClose)
    {
        _socket = socket;
        _answersClose = answersClose;
        AckedAt = ackedAt;
        _reading = ReadAsync();
    }

    /// <summary>Position of the subscription's ack.</summary>
    public long AckedAt { get; }

    /// <summary>What the server said before it closed; null while it has not.</summary>
    public JsonNode? Bye => _bye;

    /// <summary>When it said so. Ticks of the stopwatch.</summary>
    public long ByeAt { get; private set; }

    /// <summary>What its close frame said; null without one.</summary>
    public int? CloseCode { get; private set; }

    /// <summary>Frames of text between the goodbye and the close frame: there must be none.</summary>
    public int FramesBehindBye { get; private set; }

    /// <summary>Messages so far.</summary>
    public int MessageCount => _messages;

    /// <summary>Sequence numbers of its messages, in the order of their coming. Once it is over.</summary>
    public IReadOnlyList<long> Sequences => _reading.IsCompleted ? _sequences : throw new InvalidOperationException("it is still there");

    /// <summary>Up to where it has been told everything, as <see cref="Sequences"/>.</summary>
    public long Position => Sequences.Count == 0 ? AckedAt : Sequences[^1];

    public int RetryMs => _bye!["retry_ms"]!.GetValue<int>();

    /// <summary>Connects and subscribes to channel <c>a</c>.</summary>
    public static async Task<Guest> ConnectAsync(Uri address, bool answersClose = true)
    {
        var socket = await RawClient.ConnectAsync(address, "?channels=a");
        return new Guest(socket, (await socket.ReadAsync("subscription_ack")).Json["seq"]!.GetValue<long>(), answersClose);
    }

    /// <summary>Takes over a socket that has been welcomed.</summary>
    public static Guest Of(RawClient socket) => new(socket, 0, answersClose: true);

    public Task WaitForEndAsync() => _reading;

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading;
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _socket.ReadAsync() is { } frame)
            {
                switch (frame.Opcode)
                {
                    case RawFrame.Ping:
                        await _socket.SendFrameAsync(RawFrame.Pong, frame.Payload);
                        break;
                    case RawFrame.Close:
                        CloseCode = frame.CloseCode;
                        if (_answersClose) await _socket.SendCloseAsync(frame.CloseCode);
                        break;
                    default:
                        Keep(frame);
                        break;
                }
            }
        }
        catch (Exception over) when (over is IOException or OperationCanceledException or ObjectDisposedException or System.Net.Sockets.SocketException)
        {
            // Cut, or the test is done.
        }
    }

    private void Keep(RawFrame frame)
    {
        if (_bye is not null) FramesBehindBye++;
        if (frame.Type == "message")
        {
            _sequences.Add(frame.Json["seq"]!.GetValue<long>());
            _messages++;
        }

        if (frame.Type != "bye") return;
        ByeAt = Stopwatch.GetTimestamp();
        _bye = frame.Json;
    }
}
