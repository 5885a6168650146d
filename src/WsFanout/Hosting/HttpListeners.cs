using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using WsFanout.Governor.Entry;
using WsFanout.Hosting.Settings;
using WsFanout.Hosting.Settings.Grammars;
using WsFanout.Telemetry;
using WsFanout.Transport;

namespace WsFanout.Hosting;

/// <summary>Makes the web application that listens: addresses, protocols, bounds of a connection.</summary>
internal sealed class HttpListeners(ServerSettings settings, ClientMetrics metrics, AcceptPace pace, TimeProvider time)
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

    public WebApplication Build(ILoggerFactory loggers)
    {
        var open = new ConnectionSlots(settings.Governor.MaxOpenConnections);
        var highest = MachineFacts.Read().DescriptorLimit - LastDescriptors;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.Configure<SocketTransportOptions>(transport => transport.Backlog = settings.Host.ListenBacklog);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(ConfigureKestrel);

        // The last factory that is registered is the one that is asked.
        builder.Services.AddSingleton<IConnectionListenerFactory>(services =>
            new BoundedListenerFactory(ActivatorUtilities.CreateInstance<SocketTransportFactory>(services), Enter, pace.WaitAsync));
        return builder.Build();

        IDisposable? Enter(long descriptor)
        {
            var place = descriptor < highest ? open.TryTake() : null;
            if (place is not null) return place;
            metrics.ClientRefused(Refusal.MaxConnections.Word);
            pace.Spend();
            return null;
        }
    }

    private void ConfigureKestrel(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.RequestHeadersTimeout = settings.Host.HandshakeTimeout;

        kestrel.Limits.KeepAliveTimeout = KeepAlive;
        kestrel.Limits.MinResponseDataRate = SlowestReader;

        // What is too large is the publish endpoint's business, with an answer that says so.
        kestrel.Limits.MaxRequestBodySize = null;

        var address = ListenAddress.Parse(settings.Host.Address, out var problem) ?? throw new ArgumentException(problem);
        if (address.Host.Length == 0) kestrel.ListenAnyIP(address.Port, Configure);
        else if (IPAddress.TryParse(address.Host, out var ip)) kestrel.Listen(ip, address.Port, Configure);
        else if (address.Host == "localhost" && address.Port > 0) kestrel.ListenLocalhost(address.Port, Configure);
        else kestrel.Listen(Dns.GetHostAddresses(address.Host)[0], address.Port, Configure);

        void Configure(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => new FirstByte(next, settings.Host.HandshakeTimeout, time).HandleAsync);
        }
    }
}
