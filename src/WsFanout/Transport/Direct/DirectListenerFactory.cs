using System.Net;
using Microsoft.AspNetCore.Connections;

namespace WsFanout.Transport.Direct;

/// <summary>The direct way to the wire, as the HTTP server asks for it. Linux, plain HTTP.</summary>
internal sealed class DirectListenerFactory(ListenSocketOptions options, Entrance entrance, IMemoryPoolFactory<byte> pools, ILoggerFactory loggers)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint;

    /// <exception cref="System.Net.Sockets.SocketException">The address is in use or not this machine's.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var listener = new DirectListener(ListenSocket.Open(endpoint, options), entrance, pools.Create(), loggers.CreateLogger<Acceptor>());
        listener.Start();
        return new ValueTask<IConnectionListener>(listener);
    }
}
