using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace WsFanout.Transport.Direct;

/// <summary>One address of the direct way, as the HTTP server sees it: connections come out of it once they have said something.</summary>
internal sealed class DirectListener : IConnectionListener
{
    private readonly Acceptor _acceptor;

    // Bounded by the places: a connection that has none is not accepted.
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>(new UnboundedChannelOptions { SingleReader = true });

    public DirectListener(Socket listening, Entrance entrance, MemoryPool<byte> pool, ILogger logger)
    {
        EndPoint = listening.LocalEndPoint!;
        _acceptor = new Acceptor(listening, entrance, _accepted.Writer, pool, logger);
    }

    public EndPoint EndPoint { get; }

    public void Start() => _acceptor.Start();

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_accepted.Reader.TryRead(out var connection)) return connection;
        }

        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _acceptor.DisposeAsync();
        _accepted.Writer.TryComplete();
    }

    /// <remarks>The pool goes with the last who uses it: a socket that has said nothing yet may still ask it for memory.</remarks>
    public ValueTask DisposeAsync() => UnbindAsync();
}
