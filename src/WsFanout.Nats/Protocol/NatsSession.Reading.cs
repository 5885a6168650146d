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

    // Set to completed by the read loop, once.
    private readonly TaskCompletionSource _leave = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Read loop only.
    private readonly FrameReader _reader = new();
    private SessionStage _stage;

    // Written by the read loop, read from anywhere.
    private volatile NatsServerInfo _info = new();

    // The pinger counts up, the read loop sets it to 0; interlocked.
    private int _pingsOut;

    public NatsServerInfo Info => _info;

    /// <summary>Ends when the server, about to stop, asks its clients to leave.</summary>
    public Task AskedToLeave => _leave.Task;

    /// <returns>Why the connection is to end; null when it has come as far as <paramref name="until"/>.</returns>
    private async Task<SessionEnd?> PumpAsync(SessionStage until, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                if (DispatchBuffered(until) is { } end)
                {
                    return end;
                }

                if (_stage >= until)
                {
                    return null;
                }

                var received = await _wire.ReceiveAsync(_reader.Space(), ct);
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
            return Lost(failure);
        }
        catch (IOException failure)
        {
            return failure.InnerException is SocketException lost ? Lost(lost) : BrokenOff(failure);
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

    private SessionEnd Lost(SocketException failure) =>
        new(failure.SocketErrorCode == SocketError.OperationAborted ? "closed" : $"connection to {_server} lost: {failure.SocketErrorCode}");

    /// <summary>A server says that it doesn't want our certificate, or wants one, only after its side of the handshake.</summary>
    private SessionEnd BrokenOff(IOException failure) => new(
        $"tls: {_server}: {TlsHandshake.Innermost(failure)}{(_info.TlsVerify ? "; it asks its clients for a certificate" : "")}",
        Slowly: _stage < SessionStage.Accepted);

    private SessionEnd? DispatchBuffered(SessionStage until)
    {
        while (_stage < until && _reader.TryRead(out var frame))
        {
            if (_stage == SessionStage.Dialled && frame.Kind is not (FrameKind.Info or FrameKind.Err))
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
            // One nobody waits for any more is dropped.
            _requests.Take(id)?.Settle(new NatsMsg(frame));
        }

        return null;
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

        _info = info;
        if (_stage == SessionStage.Dialled)
        {
            _stage = SessionStage.Greeted;
        }
        else if (_stage == SessionStage.Accepted)
        {
            Learn(info, wasInTheClear: false);
        }

        if (info.LameDuck && _leave.TrySetResult())
        {
            LogLameDuck(_server);
        }

        return null;
    }

    /// <summary>Takes over what a server that has let us in says about others.</summary>
    /// <param name="info">Its last INFO.</param>
    /// <param name="wasInTheClear">
    /// It came before the connection was encrypted: somebody on the way may have written it. Where any public authority counts, a name that
    /// he holds a certificate for would get our password; an address must still prove to be the server that we were told to trust.
    /// </param>
    private void Learn(NatsServerInfo info, bool wasInTheClear)
    {
        if (_opts.IgnoreDiscoveredServers)
        {
            return;
        }

        if (_pool.Learn(_server, info.ConnectUrls, onlyAddresses: wasInTheClear && _opts.TlsOpts.CaFile is null))
        {
            LogLearned(_server, _pool.Count);
        }
    }
}
