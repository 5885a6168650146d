using System.Net;
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
using WsFanout.Hosting.Endpoints.Publishing;
using WsFanout.Hosting.Settings;
using WsFanout.Hosting.Settings.Grammars;
using WsFanout.Telemetry;
using WsFanout.Transport;
using WsFanout.Transport.Direct;

namespace WsFanout.Hosting;

/// <summary>One address that is listened on: a web server of its own, so that protocols, bounds and what is answered can't be another address's.</summary>
internal sealed class Listener(string address, ListenerTraits traits, HostOptions options, ClientMetrics metrics, TimeProvider time) : IAsyncDisposable
{
    /// <summary>
    /// Descriptors that are never given to connections, whoever took the others. The kernel gives the lowest that is free, so a number this
    /// near to the limit says that nearly all are taken.
    /// </summary>
    private const int LastDescriptors = 32;

    /// <summary>How long a connection that has been served may be quiet: past the pace of probes and scrapes, and no longer, since it takes a descriptor.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    /// <summary>The same for a publisher's, who has places of its own: longer than a client's pool keeps what is idle, so that the client ends it and never meets the end with a request.</summary>
    private static readonly TimeSpan PublisherKeepAlive = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Whoever takes answers of plain HTTP more slowly is cut. What the kernel has taken counts as read until it is full, so who asks for
    /// megabytes and reads nothing is held for some minutes.
    /// </summary>
    private static readonly MinDataRate SlowestReader = new(bytesPerSecond: 16 * 1024, gracePeriod: TimeSpan.FromSeconds(10));

    private readonly ConnectionSlots _open = new(traits.Places);
    private readonly Http2Pipeline? _http2 = traits.Publishers is null ? null : new Http2Pipeline();
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

            // The last is the one that is listened on: before it may stand that of HTTP/2, which is none.
            var uri = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Last());
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
        builder.Services.AddSingleton<IConnectionListenerFactory>(services => traits.NextLoop is { } loop ? DirectFactory(services, loop, loggers) : StreamFactory(services));
        if (_http2 is not null) builder.Services.AddSingleton<IConnectionListenerFactory>(_http2);
        return builder.Build();
    }

    private ListenSocketOptions SocketOptions => new() { Backlog = options.ListenBacklog, UnacknowledgedTimeout = options.UnacknowledgedTimeout };

    private BoundedListenerFactory StreamFactory(IServiceProvider services) =>
        new(ActivatorUtilities.CreateInstance<SocketTransportFactory>(services), Enter, traits.Pace is null ? null : traits.Pace.WaitAsync);

    private DirectListenerFactory DirectFactory(IServiceProvider services, Func<SocketLoop> loop, ILoggerFactory loggers)
    {
        var entrance = new Entrance(Enter, Dress, traits.Pace is null ? _ => ValueTask.CompletedTask : traits.Pace.WaitAsync, loop, _failed.SetException);
        return new DirectListenerFactory(SocketOptions, entrance, services.GetRequiredService<IMemoryPoolFactory<byte>>(), loggers);
    }

    private Place? Enter(int descriptor)
    {
        Interlocked.Increment(ref _accepted);
        var charge = traits.Pace?.Charge();
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
        if (traits.Pace is not null) connection.Features.Set(traits.Pace.Charge());
        return TryTakePlace(connection.Features.Get<IConnectionSocketFeature>()?.Socket.SafeHandle.DangerousGetHandle() ?? -1) ? new SlotLease(_open) : null;
    }

    private void ConfigureKestrel(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.RequestHeadersTimeout = options.HandshakeTimeout;

        kestrel.Limits.KeepAliveTimeout = _http2 is null ? KeepAlive : PublisherKeepAlive;
        kestrel.Limits.MinResponseDataRate = SlowestReader;

        // What is too large or too slow is the publish endpoint's business, with an answer that says so. (Taken away from a single request that has been
        // begun to read, the rate brings down the watch over all connections.)
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;

        if (_http2 is not null) ConfigureHttp2(kestrel, _http2);

        var listen = ListenAddress.Parse(address, out var problem) ?? throw new ArgumentException(problem);
        if (listen.Host.Length == 0) kestrel.ListenAnyIP(listen.Port, Configure);
        else if (IPAddress.TryParse(listen.Host, out var ip)) kestrel.Listen(ip, listen.Port, Configure);
        else if (listen.Host == "localhost" && listen.Port > 0) kestrel.ListenLocalhost(listen.Port, Configure);
        else kestrel.Listen(Dns.GetHostAddresses(listen.Host)[0], listen.Port, Configure);
    }

    private void ConfigureHttp2(KestrelServerOptions kestrel, Http2Pipeline http2)
    {
        var bounds = kestrel.Limits.Http2;
        bounds.MaxStreamsPerConnection = options.Http2.MaxStreams;
        bounds.MaxFrameSize = options.Http2.MaxFrameBytes;
        bounds.KeepAlivePingDelay = options.Http2.KeepAliveInterval;
        bounds.KeepAlivePingTimeout = options.Http2.KeepAliveTimeout;
        bounds.InitialStreamWindowSize = options.Http2.StreamWindowBytes;
        bounds.InitialConnectionWindowSize = options.Http2.ConnectionWindowBytes;
        http2.AddTo(kestrel);
    }

    private void Configure(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;

        // On the direct way nothing comes here before its first byte.
        if (traits.NextLoop is null) listen.Use(next => new FirstByte(next, options.HandshakeTimeout, time).HandleAsync);
        if (traits.Publishers is { } publishers && _http2 is { } http2)
        {
            listen.Use(next => new HttpVersionChoice(
                connection => CountAsync(publishers, PublishMetrics.Http1, next, connection),
                connection => CountAsync(publishers, PublishMetrics.Http2, http2.ServeAsync, connection),
                options.HandshakeTimeout,
                time).HandleAsync);
        }

        if (traits.Tls is not { } tls) return;

        // Behind the first byte: a connection that stays silent has cost no more than its socket.
        listen.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = options.HandshakeTimeout, OnConnection = _ => ValueTask.FromResult(tls()) });
    }

    private async Task CountAsync(PublishMetrics publishers, string protocol, ConnectionDelegate serve, ConnectionContext connection)
    {
        connection.Features.Set(new PublisherConnection(time.GetTimestamp()));
        publishers.Connected(protocol);
        try
        {
            await serve(connection);
        }
        finally
        {
            publishers.Disconnected(protocol);
        }
    }
}
