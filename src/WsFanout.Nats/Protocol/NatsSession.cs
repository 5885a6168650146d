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
    private readonly ServerPool _pool;
    private readonly NatsOpts _opts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Wire _wire = new();
    private readonly TlsHandshake _tls;
    private readonly Outbox _outbox = new();
    private readonly RequestTable _requests;
    private readonly SubTable _subs = new();

    // Connection's loop only.
    private Task _flusher = Task.CompletedTask;
    private ITimer? _pinger;
    private CancellationTokenRegistration _stop;

    // The first to end it wins, by interlocked exchange.
    private SessionEnd? _end;

    /// <param name="server">To whom.</param>
    /// <param name="pool">Takes what this server tells of others.</param>
    /// <param name="opts">As whom, and how patient.</param>
    /// <param name="time">For deadlines and PINGs.</param>
    /// <param name="logger">The connection's.</param>
    public NatsSession(ServerAddress server, ServerPool pool, NatsOpts opts, TimeProvider time, ILogger logger)
    {
        (_server, _pool, _opts, _time, _logger) = (server, pool, opts, time, logger);
        _tls = new TlsHandshake(server, opts);
        _pings = new PingLine(_outbox);
        _requests = new RequestTable(opts.MaxPendingRequests);
        _inbox = $"{opts.InboxPrefix}.{Nuid.Next()}.";
        _inboxBytes = System.Text.Encoding.UTF8.GetBytes(_inbox);
    }

    public ServerAddress Server => _server;

    /// <summary>Runs the open connection until it ends.</summary>
    /// <returns>Why it ended.</returns>
    public async Task<SessionEnd> ServeAsync()
    {
        _pinger = _time.CreateTimer(static session => ((NatsSession)session!).OnPingTime(), this, _opts.PingInterval, _opts.PingInterval);
        var end = await PumpAsync(SessionStage.Ended, CancellationToken.None);
        return _end ?? end ?? throw new InvalidOperationException("The read loop ended without a reason.");
    }

    /// <summary>Ends the connection now. The first reason counts; what waited on it fails soon after.</summary>
    public void Abort(SessionEnd end)
    {
        if (Interlocked.CompareExchange(ref _end, end, null) is null)
        {
            _pings.End();
            _outbox.End();
            _wire.Cut();
        }
    }

    /// <summary>Ends what is left, and fails all that wait.</summary>
    public ValueTask DisposeAsync() => EndAsync(new SessionEnd("closed"), Task.CompletedTask);

    /// <inheritdoc cref="DisposeAsync"/>
    /// <param name="end">Why; what ended it before wins.</param>
    /// <param name="serving">What <see cref="ServeAsync"/> gave.</param>
    public async ValueTask EndAsync(SessionEnd end, Task serving)
    {
        Abort(end);
        await serving;
        await _stop.DisposeAsync();
        if (_pinger is not null)
        {
            await _pinger.DisposeAsync();
        }

        await _flusher;
        await _sendingAlone;
        _wire.Dispose();
        _tls.Dispose();
        _outbox.Dispose();
        var reason = $"The connection to the NATS server has ended: {end.Reason}.";
        _requests.End(reason);
        _subs.End(reason);
    }
}
