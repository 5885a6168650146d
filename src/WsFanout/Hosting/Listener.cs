using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using WsFanout.Governor.Entry;
using WsFanout.Hosting.Settings;
using WsFanout.Hosting.Settings.Grammars;
using WsFanout.Telemetry;
using WsFanout.Transport;
using WsFanout.Transport.Direct;

namespace WsFanout.Hosting;

/// <summary>One address that is listened on: a web server of its own, so that protocols, bounds and what is answered can't be another address's.</summary>
/// <param name="nextLoop">The loop that the next connection of the direct way goes to; null: this listener has the stream way.</param>
/// <param name="pace">Holds accepting up when refusing costs too much; null where accepting never waits.</param>
/// <param name="tls">What the next handshake is to use; null: this listener speaks in clear.</param>
/// <param name="places">Connections that may be open at once. One too many is closed before its first byte is read, and counted.</param>
internal sealed class Listener(string address, int places, HostOptions options, Func<SocketLoop>? nextLoop, AcceptPace? pace, Func<SslServerAuthenticationOptions>? tls, ClientMetrics metrics, TimeProvider time) : IAsyncDisposable
{
    /// <summary>
    /// Descriptors that are never given to connections, whoever took the others. The kernel gives the lowest that is free, so a number this
    /// near to the limit says that nearly all are taken.
    /// </summary>
    private const int LastDescriptors = 32;

    /// <summary>How long a connection that has been served may be quiet: past the pace of probes and scrapes, and no longer, since it takes a descriptor.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whoever takes answers of plain HTTP more slowly is cut. What the kernel has taken counts as read until it is full, so who asks for
    /// megabytes and reads nothing is held for some minutes.
    /// </summary>
    private static readonly MinDataRate SlowestReader = new(bytesPerSecond: 16 * 1024, gracePeriod: TimeSpan.FromSeconds(10));

    private readonly ConnectionSlots _open = new(places);
    private readonly long _highestDescriptor = MachineFacts.Read().DescriptorLimit - LastDescriptors;

    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // By Interlocked.
    private long _accepted;

    // Written by StartAsync, once.
    private WebApplication? _app;

    /// <summary>Where it really listens.</summary>
    /// <exception cref="InvalidOperationException">Not started.</exception>
    public IPEndPoint EndPoint
    {
        get
        {
            var app = _app ?? throw new InvalidOperationException("not started");
            var uri = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
            return new IPEndPoint(uri.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(uri.Host.Trim('[', ']')), uri.Port);
        }
    }

    /// <summary>Connections accepted so far, those included that there was no place for. Any thread.</summary>
    public long AcceptedCount => Interlocked.Read(ref _accepted);

    /// <summary>Ends, by a fault, when nobody is accepted any more though nobody asked for it.</summary>
    public Task Failure => _failed.Task;

    /// <summary>Listens, and gives every request to <paramref name="answer"/>.</summary>
    /// <exception cref="ListenFailedException">The address is in use, not this machine's, or unknown.</exception>
    public async Task StartAsync(RequestDelegate answer, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        try
        {
            _app = Build(loggers);
            _app.Run(answer);
            await _app.StartAsync(cancellationToken);
        }
        catch (Exception refused) when (refused is IOException or SocketException)
        {
            throw new ListenFailedException(address, refused);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    private WebApplication Build(ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.Configure<SocketTransportOptions>(transport =>
        {
            transport.Backlog = options.ListenBacklog;
            transport.CreateBoundListenSocket = endpoint => ListenSocket.Bind(endpoint, SocketOptions);
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(ConfigureKestrel);

        // The last factory that is registered is the one that is asked.
        builder.Services.AddSingleton<IConnectionListenerFactory>(services => nextLoop is null ? StreamFactory(services) : DirectFactory(services, nextLoop, loggers));
        return builder.Build();
    }

    private ListenSocketOptions SocketOptions => new() { Backlog = options.ListenBacklog, UnacknowledgedTimeout = options.UnacknowledgedTimeout };

    private BoundedListenerFactory StreamFactory(IServiceProvider services) =>
        new(ActivatorUtilities.CreateInstance<SocketTransportFactory>(services), Enter, pace is null ? null : pace.WaitAsync);

    private DirectListenerFactory DirectFactory(IServiceProvider services, Func<SocketLoop> loop, ILoggerFactory loggers)
    {
        var entrance = new Entrance(Enter, Dress, pace is null ? _ => ValueTask.CompletedTask : pace.WaitAsync, loop, _failed.SetException);
        return new DirectListenerFactory(SocketOptions, entrance, services.GetRequiredService<IMemoryPoolFactory<byte>>(), loggers);
    }

    private Place? Enter(int descriptor)
    {
        Interlocked.Increment(ref _accepted);
        var charge = pace?.Charge();
        return TryTakePlace(descriptor) ? new Place(_open.GivesBack, charge) : null;
    }

    private static void Dress(object? charge, IFeatureCollection features) => features.Set((AcceptCharge?)charge);

    private bool TryTakePlace(nint descriptor)
    {
        if (descriptor < _highestDescriptor && _open.TryTakeBare()) return true;
        metrics.ClientRefused(Refusal.MaxConnections.Word);
        return false;
    }

    private SlotLease? Enter(ConnectionContext connection)
    {
        Interlocked.Increment(ref _accepted);
        if (pace is not null) connection.Features.Set(pace.Charge());
        return TryTakePlace(connection.Features.Get<IConnectionSocketFeature>()?.Socket.SafeHandle.DangerousGetHandle() ?? -1) ? new SlotLease(_open) : null;
    }

    private void ConfigureKestrel(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.RequestHeadersTimeout = options.HandshakeTimeout;

        kestrel.Limits.KeepAliveTimeout = KeepAlive;
        kestrel.Limits.MinResponseDataRate = SlowestReader;

        // What is too large is the publish endpoint's business, with an answer that says so.
        kestrel.Limits.MaxRequestBodySize = null;

        var listen = ListenAddress.Parse(address, out var problem) ?? throw new ArgumentException(problem);
        if (listen.Host.Length == 0) kestrel.ListenAnyIP(listen.Port, Configure);
        else if (IPAddress.TryParse(listen.Host, out var ip)) kestrel.Listen(ip, listen.Port, Configure);
        else if (listen.Host == "localhost" && listen.Port > 0) kestrel.ListenLocalhost(listen.Port, Configure);
        else kestrel.Listen(Dns.GetHostAddresses(listen.Host)[0], listen.Port, Configure);
    }

    private void Configure(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;

        // On the direct way nothing comes here before its first byte.
        if (nextLoop is null) listen.Use(next => new FirstByte(next, options.HandshakeTimeout, time).HandleAsync);
        if (tls is null) return;

        // Behind the first byte: a connection that stays silent has cost no more than its socket.
        listen.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = options.HandshakeTimeout, OnConnection = _ => ValueTask.FromResult(tls()) });
    }
}
