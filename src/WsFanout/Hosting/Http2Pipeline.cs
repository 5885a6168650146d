using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace WsFanout.Hosting;

/// <summary>
/// The web server's side of HTTP/2, without an address: connections that turn out to speak it are handed over by the listener that accepted them. In
/// clear the web server speaks one version an address; this is how one address has both.
/// </summary>
internal sealed class Http2Pipeline : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly NoAddress _nowhere = new();

    // Set when the web server builds its pipelines, before it listens anywhere else.
    private ConnectionDelegate? _serve;

    /// <summary>To be called before anything else listens: the web server builds its pipelines in this order.</summary>
    public void AddTo(KestrelServerOptions kestrel) => kestrel.Listen(_nowhere, listen =>
    {
        listen.Protocols = HttpProtocols.Http2;
        listen.Use(next => _serve = next);
    });

    /// <summary>Serves a connection that nothing has been taken from, to its end.</summary>
    public Task ServeAsync(ConnectionContext connection) => (_serve ?? throw new InvalidOperationException("not built yet"))(connection);

    public bool CanBind(EndPoint endpoint) => endpoint == _nowhere;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => ValueTask.FromResult<IConnectionListener>(new Silence(endpoint));

    private sealed class NoAddress : EndPoint
    {
        public override string ToString() => "none";
    }

    /// <summary>Nobody ever comes here by himself.</summary>
    private sealed class Silence(EndPoint endpoint) : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint => endpoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => new(_ended.Task);

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _ended.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
