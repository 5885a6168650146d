using System.Net;
using System.Net.Security;
using WsFanout.Governor;
using WsFanout.Governor.Entry;
using WsFanout.Hosting.Endpoints;
using WsFanout.Telemetry;
using WsFanout.Transport.Direct;

namespace WsFanout.Hosting;

/// <summary>The addresses that are listened on: one for all, or one for clients, one for operators and one for publishers.</summary>
internal sealed class HttpListeners : IAsyncDisposable
{
    private readonly Listener _main;
    private readonly Listener? _admin;
    private readonly Listener? _publish;

    /// <param name="nextLoop">The loop that the next client goes to on the direct way; null: clients come on the stream way.</param>
    /// <param name="tls">What the next handshake where clients connect is to use; null: in clear. The operators' own address always is.</param>
    public HttpListeners(
        HostOptions options, Func<SocketLoop>? nextLoop, Func<SslServerAuthenticationOptions>? tls, GovernorOptions governor, AcceptPace pace, ClientMetrics metrics, PublishMetrics publishers, TimeProvider time)
    {
        var adminPlaces = options.AdminAddress is null ? 0 : AdminPlaces(governor);
        var traits = new ListenerTraits { Places = governor.MaxOpenConnections - adminPlaces, NextLoop = nextLoop, Pace = pace, Tls = tls };
        _main = new Listener(options.Address, traits, options, metrics, time);
        if (options.AdminAddress is { } admin) _admin = new Listener(admin, new ListenerTraits { Places = adminPlaces }, options, metrics, time);
        if (options.PublishAddress is { } publish)
        {
            // On the way that clients come: a request costs a third less on it than on the framework's (loadtest/PUBLISHING.md).
            _publish = new Listener(publish, new ListenerTraits { Places = governor.MaxPublishConnections, NextLoop = nextLoop, Publishers = publishers }, options, metrics, time);
        }

        Failure = _publish is null ? _main.Failure : Task.WhenAny(_main.Failure, _publish.Failure).Unwrap();
    }

    /// <summary>Where clients connect, once started.</summary>
    public IPEndPoint EndPoint => _main.EndPoint;

    /// <summary>Where everything else is, once started; null when that is the same address.</summary>
    public IPEndPoint? AdminEndPoint => _admin?.EndPoint;

    /// <summary>Where publishers connect, once started; null when they have no address of their own.</summary>
    public IPEndPoint? PublishEndPoint => _publish?.EndPoint;

    /// <summary>Connections accepted so far where clients connect.</summary>
    public long AcceptedCount => _main.AcceptedCount;

    /// <summary>Ends, by a fault, when clients or publishers are not accepted any more though nobody asked for it.</summary>
    public Task Failure { get; }

    /// <summary>Listens on all addresses: the operators' first, so that who is let in can be watched.</summary>
    /// <exception cref="ListenFailedException">One of them is in use, not this machine's, or unknown.</exception>
    public async Task StartAsync(Router router, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        // What has an address of its own is nowhere else.
        var main = Served.Clients;
        var operators = Served.Operators | (_publish is null ? Served.Publishing : Served.None);
        if (_admin is null) main |= operators;
        else await _admin.StartAsync(router.Answer(operators), loggers, cancellationToken);

        if (_publish is not null) await _publish.StartAsync(router.Answer(Served.Publishing), loggers, cancellationToken);
        await _main.StartAsync(router.Answer(main), loggers, cancellationToken);
    }

    /// <summary>Takes no more publish requests where they have an address of their own, and lets those that have begun end.</summary>
    public Task StopPublishingAsync(CancellationToken cancellationToken) => _publish?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_main.StopAsync(cancellationToken), _admin?.StopAsync(cancellationToken) ?? Task.CompletedTask, StopPublishingAsync(cancellationToken));

    public async ValueTask DisposeAsync()
    {
        await _main.DisposeAsync();
        if (_admin is not null) await _admin.DisposeAsync();
        if (_publish is not null) await _publish.DisposeAsync();
    }

    // Half of what is not for clients: a crowd on one address never takes the other's, and each has some at the smallest limit.
    private static int AdminPlaces(GovernorOptions governor) => (governor.MaxOpenConnections - governor.MaxConnections) / 2;
}
