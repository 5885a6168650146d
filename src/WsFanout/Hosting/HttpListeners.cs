using System.Net;
using System.Net.Security;
using WsFanout.Governor;
using WsFanout.Governor.Entry;
using WsFanout.Hosting.Endpoints;
using WsFanout.Telemetry;
using WsFanout.Transport.Direct;

namespace WsFanout.Hosting;

/// <summary>The addresses that are listened on: one for all, or one for clients and one for operators.</summary>
internal sealed class HttpListeners : IAsyncDisposable
{
    private readonly Listener _main;
    private readonly Listener? _admin;

    /// <param name="nextLoop">The loop that the next client goes to on the direct way; null: clients come on the stream way.</param>
    /// <param name="tls">What the next handshake where clients connect is to use; null: in clear. The operators' own address always is.</param>
    public HttpListeners(
        HostOptions options, Func<SocketLoop>? nextLoop, Func<SslServerAuthenticationOptions>? tls, GovernorOptions governor, AcceptPace pace, ClientMetrics metrics, TimeProvider time)
    {
        var adminPlaces = options.AdminAddress is null ? 0 : AdminPlaces(governor);
        _main = new Listener(options.Address, governor.MaxOpenConnections - adminPlaces, options, nextLoop, pace, tls, metrics, time);
        if (options.AdminAddress is { } admin) _admin = new Listener(admin, adminPlaces, options, nextLoop: null, pace: null, tls: null, metrics, time);
    }

    /// <summary>Where clients connect, once started.</summary>
    public IPEndPoint EndPoint => _main.EndPoint;

    /// <summary>Where everything else is, once started; null when that is the same address.</summary>
    public IPEndPoint? AdminEndPoint => _admin?.EndPoint;

    /// <summary>Connections accepted so far where clients connect.</summary>
    public long AcceptedCount => _main.AcceptedCount;

    /// <summary>Ends, by a fault, when clients are not accepted any more though nobody asked for it.</summary>
    public Task Failure => _main.Failure;

    /// <summary>Listens on all addresses: the operators' first, so that who is let in can be watched.</summary>
    /// <exception cref="ListenFailedException">One of them is in use, not this machine's, or unknown.</exception>
    public async Task StartAsync(Router router, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        if (_admin is null)
        {
            await _main.StartAsync(router.Answer(Served.Clients | Served.Operators), loggers, cancellationToken);
            return;
        }

        await _admin.StartAsync(router.Answer(Served.Operators), loggers, cancellationToken);
        await _main.StartAsync(router.Answer(Served.Clients), loggers, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_main.StopAsync(cancellationToken), _admin?.StopAsync(cancellationToken) ?? Task.CompletedTask);

    public async ValueTask DisposeAsync()
    {
        await _main.DisposeAsync();
        if (_admin is not null) await _admin.DisposeAsync();
    }

    // Half of what is not for clients: a crowd on one address never takes the other's, and each has some at the smallest limit.
    private static int AdminPlaces(GovernorOptions governor) => (governor.MaxOpenConnections - governor.MaxConnections) / 2;
}
