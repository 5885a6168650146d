using Microsoft.Extensions.Logging;
using WsFanout.Nats.Protocol;

namespace WsFanout.Nats;

/// <summary>
/// A connection to one of several servers that is made again whenever it is lost, for ever, and moved before its server stops. Subscriptions
/// end with the connection they were made on; requests that wait then fail; nothing is kept to be sent later.
/// </summary>
/// <remarks>Thread safety: everything from anywhere, <see cref="Start"/> once.</remarks>
public sealed partial class NatsConnection : IAsyncDisposable
{
    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(1);

    private readonly NatsOpts _opts;
    private readonly TimeProvider _time;
    private readonly ILogger<NatsConnection> _logger;
    private readonly ServerPool _pool;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _loop;
    private bool _disposed;

    // Written by the loop, read from anywhere.
    private volatile NatsSession? _open;
    private volatile NatsServerInfo? _lastInfo;
    private volatile string? _lastError = "not started";
    private long _generation;

    /// <exception cref="ArgumentException">No server, or one whose address is not that of a NATS server, or an impossible duration.</exception>
    /// <exception cref="NotSupportedException">A server that needs WebSocket.</exception>
    public NatsConnection(NatsOpts opts, TimeProvider time, ILogger<NatsConnection> logger)
    {
        ArgumentNullException.ThrowIfNull(opts);
        if (opts.Servers.Count == 0)
        {
            throw new ArgumentException("At least one NATS server is needed.", nameof(opts));
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(opts.ConnectTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(opts.TlsTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(opts.PingInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(opts.ReconnectWaitMin, TimeSpan.Zero);
        if (opts.TlsOpts.CertFile is null != opts.TlsOpts.KeyFile is null)
        {
            throw new ArgumentException("A certificate and its key belong together.", nameof(opts));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(opts.ReconnectWaitMax, opts.ReconnectWaitMin);
        (_opts, _time, _logger) = (opts, time, logger);
        _pool = new ServerPool(opts.Servers.Select(server => ServerAddress.From(server, opts)));
    }

    public NatsConnectionState ConnectionState =>
        _open is not null ? NatsConnectionState.Open
        : _loop is null || _stopping.IsCancellationRequested ? NatsConnectionState.Closed
        : NatsConnectionState.Connecting;

    /// <summary>Number of connections that were accepted so far; 0: none ever was.</summary>
    public long Generation => Interlocked.Read(ref _generation);

    public long ReconnectCount => Math.Max(0, Generation - 1);

    /// <summary>Of the open connection, or of the last one; null before the first.</summary>
    public NatsServerInfo? ServerInfo => _open?.Info ?? _lastInfo;

    /// <summary>
    /// Why it is not open, as in <c>connect refused 127.0.0.1:4222</c>, <c>auth: …</c> or <c>tls: …</c>; of several servers' reasons one that
    /// somebody has to mend before one that may pass. Null when open. Without secrets.
    /// </summary>
    public string? LastError => _open is null ? _lastError : null;

    /// <summary>What the server last complained about on the open connection without ending it, as a missing permission.</summary>
    public string? LastServerError => _open?.LastError;

    /// <summary>The background loop. Faults only by a defect in this client; a host should then stop.</summary>
    public Task Completion => _loop ?? Task.CompletedTask;

    private NatsSession Session => _open ?? throw new NatsNotConnectedException($"No connection to a NATS server: {_lastError}.");

    /// <summary>Begins to connect, and returns at once.</summary>
    /// <exception cref="InvalidOperationException">Started before.</exception>
    public void Start()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _loop = _loop is null ? Task.Run(RunAsync) : throw new InvalidOperationException("The connection was started before.");
        }
    }

    /// <exception cref="NatsNotConnectedException">Disposed meanwhile.</exception>
    public Task WaitUntilOpenAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            return _opened.Task.WaitAsync(ct);
        }
    }

    /// <summary>
    /// At most <paramref name="capacity"/> messages may wait to be read; one more ends the subscription with <see cref="NatsSlowConsumerException"/>.
    /// </summary>
    /// <exception cref="NatsNotConnectedException">Not open.</exception>
    /// <exception cref="ArgumentException">The subject cannot be sent.</exception>
    public NatsSub Subscribe(string subject, int capacity) => Session.Subscribe(subject, capacity);

    /// <summary>A subject of its own to receive answers on.</summary>
    public string NewInbox() => $"{_opts.InboxPrefix}.{Nuid.Next()}";

    /// <summary>
    /// Publishes with a reply subject of its own and waits for the first answer, which is the caller's to dispose. A <paramref name="timeout"/>
    /// of zero is <see cref="NatsOpts.RequestTimeout"/>.
    /// </summary>
    /// <exception cref="NatsTimeoutException">No answer in time.</exception>
    /// <exception cref="NatsNoRespondersException">Nobody listens on the subject.</exception>
    /// <exception cref="NatsNotConnectedException">Not open, or the connection ended before the answer.</exception>
    /// <exception cref="NatsPermissionException">The server refused the subject, or our inbox.</exception>
    /// <exception cref="NatsPayloadTooLargeException">More than the server takes; nothing was sent.</exception>
    /// <exception cref="ArgumentException">The subject cannot be sent.</exception>
    public async ValueTask<NatsMsg> RequestAsync(
        string subject, ReadOnlyMemory<byte> payload, NatsHeaders? headers = null, TimeSpan timeout = default, CancellationToken ct = default) =>
        await Session.RequestAsync(subject, headers?.Encode(), payload, timeout == default ? _opts.RequestTimeout : timeout, ct);

    /// <summary>Queues a message to be sent; completes at once unless more than 4 MB wait already. Nothing is known about its arrival.</summary>
    /// <exception cref="NatsNotConnectedException">Not open.</exception>
    /// <exception cref="NatsPayloadTooLargeException">More than the server takes; nothing was sent.</exception>
    /// <exception cref="ArgumentException">The subject cannot be sent.</exception>
    public async ValueTask PublishAsync(
        string subject, ReadOnlyMemory<byte> payload, string? replyTo = null, NatsHeaders? headers = null, CancellationToken ct = default) =>
        await Session.PublishAsync(subject, replyTo, headers?.Encode(), payload, ct);

    /// <summary>Closes when the server has read what was published, or after a second.</summary>
    public async ValueTask DisposeAsync()
    {
        Task? loop;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            loop = _loop;
        }

        if (_open is { } open)
        {
            using var limit = new CancellationTokenSource(LongestGoodbye, _time);
            await open.FlushedAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _stopping.CancelAsync();
        if (loop is not null)
        {
            await loop;
        }

        Refuse("closed");
        _stopping.Dispose();
    }
}
