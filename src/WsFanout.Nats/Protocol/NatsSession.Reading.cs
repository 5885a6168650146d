using System.Buffers.Text;
using System.Net.Sockets;
using System.Text.Json;

namespace WsFanout.Nats.Protocol;

/// <summary>The read loop: what the server says, and whom it concerns. Never waits for anybody but the server.</summary>
internal sealed partial class NatsSession
{
    private const long InboxSid = 1;

    private readonly string _inbox;
    private readonly byte[] _inboxBytes;

    // Read loop only.
    private readonly FrameReader _reader = new();
    private bool _greeted, _accepted;

    // Written by the read loop, read from anywhere.
    private volatile NatsServerInfo _info = new();

    // The pinger counts up, the read loop sets it to 0; interlocked.
    private int _pingsOut;

    public NatsServerInfo Info => _info;

    /// <returns>Why the connection is to end; null only when <paramref name="untilAccepted"/> and it was.</returns>
    private async Task<SessionEnd?> PumpAsync(bool untilAccepted, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                if (DispatchBuffered() is { } end)
                {
                    return end;
                }

                if (untilAccepted && _accepted)
                {
                    return null;
                }

                var received = await _socket.ReceiveAsync(_reader.Space(), SocketFlags.None, ct);
                if (received == 0)
                {
                    return new SessionEnd($"connection closed by {_server}{(_reader.Unread > 0 ? " in the middle of a frame" : "")}");
                }

                // Anything at all proves the server alive: on a slow link a PONG queues behind megabytes of messages.
                Volatile.Write(ref _pingsOut, 0);
                _reader.Received(received);
            }
        }
        catch (SocketException failure)
        {
            return new SessionEnd(failure.SocketErrorCode == SocketError.OperationAborted ? "closed" : $"connection to {_server} lost: {failure.SocketErrorCode}");
        }
        catch (ObjectDisposedException)
        {
            return new SessionEnd("closed");
        }
        catch (NatsProtocolException violation)
        {
            return new SessionEnd($"protocol: {violation.Message}");
        }
    }

    private SessionEnd? DispatchBuffered()
    {
        while (_reader.TryRead(out var frame))
        {
            if (!_greeted && frame.Kind is not (FrameKind.Info or FrameKind.Err))
            {
                throw new NatsProtocolException($"{frame.Kind} before INFO");
            }

            var end = frame.Kind switch
            {
                FrameKind.Msg => Deliver(in frame),
                FrameKind.Ping => Urgent(FrameWriter.Pong),
                FrameKind.Pong => OnPong(),
                FrameKind.Info => OnInfo(frame.Text),
                FrameKind.Err => OnError(frame.Text),
                _ => null,
            };
            if (end is not null)
            {
                return end;
            }
        }

        return null;
    }

    private SessionEnd? Deliver(in Frame frame)
    {
        if (frame.Sid != InboxSid)
        {
            _subs.Find(frame.Sid)?.Deliver(in frame);
        }
        else if (frame.Subject.StartsWith(_inboxBytes) && Utf8Parser.TryParse(frame.Subject[_inboxBytes.Length..], out long id, out _))
        {
            _requests.Answer(id, in frame);
        }

        return null;
    }

    private SessionEnd? OnPong()
    {
        if (_accepted)
        {
            return null;
        }

        _accepted = true;
        Span<byte> room = stackalloc byte[FrameWriter.MaxLineBytes];
        var writer = new FrameWriter(room);
        writer.Subscribe(_inbox + "*", InboxSid);
        return Urgent(writer.Line);
    }

    private SessionEnd? OnInfo(ReadOnlySpan<byte> json)
    {
        NatsServerInfo info;
        try
        {
            info = JsonSerializer.Deserialize(json, WireJson.Default.NatsServerInfo) ?? throw new NatsProtocolException("INFO without content");
        }
        catch (JsonException)
        {
            throw new NatsProtocolException($"INFO that is not the expected JSON: {Printable.Of(json, 64)}");
        }

        if (info.LameDuck && !_info.LameDuck)
        {
            LogLameDuck(_server);
        }

        _info = info;
        if (_greeted)
        {
            return null;
        }

        _greeted = true;
        return info.TlsRequired ? new SessionEnd($"{_server} requires TLS, which is not supported yet", Slowly: true) : Introduce();
    }
}
