using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace WsFanout.Nats.Protocol;

/// <summary>
/// One TCP connection to one server, from dialling to its end: <see cref="OpenAsync"/>, <see cref="ServeAsync"/>, <see cref="DisposeAsync"/>.
/// Subscriptions and waiting requests belong to it and end with it.
/// </summary>
/// <remarks>Thread safety: open, serve and dispose by the connection's loop, in that order; everything else from anywhere.</remarks>
internal sealed partial class NatsSession : IAsyncDisposable
{
    private readonly ServerAddress _server;
    private readonly NatsOpts _opts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Outbox _outbox = new();
    private readonly RequestTable _requests;
    private readonly SubTable _subs = new();

    // Connection's loop only.
    private Task _flusher = Task.CompletedTask;
    private ITimer? _pinger;

    // The first to end it wins, by interlocked exchange.
    private SessionEnd? _end;

    public NatsSession(ServerAddress server, NatsOpts opts, TimeProvider time, ILogger logger)
    {
        (_server, _opts, _time, _logger) = (server, opts, time, logger);
        _requests = new RequestTable(opts.MaxPendingRequests);
        _inbox = $"{opts.InboxPrefix}.{Nuid.Next()}.";
        _inboxBytes = System.Text.Encoding.UTF8.GetBytes(_inbox);
    }

    /// <summary>Dials, introduces itself and waits until the server has accepted.</summary>
    /// <returns>Null when open, else why not.</returns>
    public async Task<SessionEnd?> OpenAsync()
    {
        using var limit = new CancellationTokenSource(_opts.ConnectTimeout, _time);
        try
        {
            await _socket.ConnectAsync(_server.Host, _server.Port, limit.Token);

            // On loopback, dialling a port where nobody listens can be given that very port to dial from, and then talks to itself.
            if (Equals(_socket.LocalEndPoint, _socket.RemoteEndPoint))
            {
                return new SessionEnd($"connect refused {_server}");
            }

            _flusher = FlushAsync();
            return await PumpAsync(untilAccepted: true, limit.Token);
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

    /// <summary>Runs the open connection until it ends.</summary>
    /// <returns>Why it ended.</returns>
    public async Task<SessionEnd> ServeAsync()
    {
        _pinger = _time.CreateTimer(static session => ((NatsSession)session!).OnPingTime(), this, _opts.PingInterval, _opts.PingInterval);
        var end = await PumpAsync(untilAccepted: false, CancellationToken.None);
        return _end ?? end ?? throw new InvalidOperationException("The read loop ended without a reason.");
    }

    /// <summary>Ends the connection now. The first reason counts; what waited on it fails soon after.</summary>
    public void Abort(SessionEnd end)
    {
        if (Interlocked.CompareExchange(ref _end, end, null) is null)
        {
            _outbox.End();
            _socket.Dispose();
        }
    }

    /// <summary>Waits until what was published is with the kernel.</summary>
    public Task FlushedAsync(CancellationToken ct) => _outbox.EmptyAsync(ct);

    /// <summary>Ends what is left, and fails all that wait.</summary>
    public ValueTask DisposeAsync() => EndAsync(new SessionEnd("closed"));

    /// <inheritdoc cref="DisposeAsync"/>
    public async ValueTask EndAsync(SessionEnd end)
    {
        Abort(end);
        if (_pinger is not null)
        {
            await _pinger.DisposeAsync();
        }

        await _flusher;
        _outbox.Dispose();
        var reason = $"The connection to the NATS server has ended: {end.Reason}.";
        _requests.End(reason);
        _subs.End(reason);
    }
}
