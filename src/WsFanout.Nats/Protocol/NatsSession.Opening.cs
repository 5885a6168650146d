using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;

namespace WsFanout.Nats.Protocol;

/// <summary>From dialling to the server's acceptance: its greeting, TLS where it is agreed on, our introduction.</summary>
internal sealed partial class NatsSession
{
    /// <param name="stopping">Ends the connection, open or not.</param>
    /// <returns>Null when open, else why not.</returns>
    public async Task<SessionEnd?> OpenAsync(CancellationToken stopping)
    {
        _stop = stopping.UnsafeRegister(static session => ((NatsSession)session!).Abort(new SessionEnd("closed")), this);
        using var limit = new CancellationTokenSource(_opts.ConnectTimeout, _time);
        try
        {
            if (!await _wire.ConnectAsync(_server.Host, _server.Port, limit.Token))
            {
                return new SessionEnd($"connect refused {_server}");
            }

            return await PumpAsync(SessionStage.Greeted, limit.Token)
                ?? await EncryptAsync(limit)
                ?? Introduce()
                ?? await PumpAsync(SessionStage.Accepted, limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new SessionEnd(string.Create(CultureInfo.InvariantCulture, $"no answer within {_opts.ConnectTimeout.TotalSeconds:0.##} s from {_server}"));
        }
        catch (SocketException failure)
        {
            return new SessionEnd(failure.SocketErrorCode == SocketError.ConnectionRefused
                ? $"connect refused {_server}"
                : $"connect failed {_server}: {failure.SocketErrorCode}");
        }
        catch (ObjectDisposedException)
        {
            return new SessionEnd("closed");
        }
    }

    private async Task<SessionEnd?> EncryptAsync(CancellationTokenSource limit)
    {
        if (!_server.RequiresTls && !_info.TlsRequired)
        {
            return null;
        }

        if (!_info.TlsRequired && !_info.TlsAvailable)
        {
            return new SessionEnd($"tls: {_server} offers none, and nothing is to be said to it in the clear", Slowly: true);
        }

        // What somebody on the way put behind the greeting must not be taken for the server's word later on.
        if (_reader.Unread > 0)
        {
            return new SessionEnd($"tls: {_server} says more in the clear after its greeting", Slowly: true);
        }

        limit.CancelAfter(_opts.TlsTimeout);
        try
        {
            if (await _tls.RunAsync(_wire, limit.Token) is { } failure)
            {
                return failure;
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return _tls.Late();
        }

        limit.CancelAfter(_opts.ConnectTimeout);
        return null;
    }

    private SessionEnd? Introduce()
    {
        _flusher = FlushAsync();
        var connect = new ConnectRequest
        {
            Name = _opts.Name,
            User = _server.User,
            Pass = _server.Password,
            Token = _server.Token,
            TlsRequired = _wire.IsEncrypted,
        };
        return Urgent([.. "CONNECT "u8, .. JsonSerializer.SerializeToUtf8Bytes(connect, WireJson.Default.ConnectRequest), .. "\r\nPING\r\n"u8]);
    }

    private SessionEnd? OnPong()
    {
        if (_stage == SessionStage.Accepted)
        {
            _pings.Answered();
            return null;
        }

        _stage = SessionStage.Accepted;
        Learn(_info, wasInTheClear: _wire.IsEncrypted);
        return SubscribeInbox();
    }

    private SessionEnd? SubscribeInbox()
    {
        Span<byte> room = stackalloc byte[FrameWriter.MaxLineBytes];
        var writer = new FrameWriter(room);
        writer.Subscribe(_inbox + "*", InboxSid);
        return Urgent(writer.Line);
    }
}
