using System.Net;
using Microsoft.AspNetCore.Connections;

namespace WsFanout.Transport;

/// <summary>One listener that accepts a connection only to close it when there is no place for it, and that can be made to wait before it accepts.</summary>
/// <remarks>What the parameters mean: <see cref="BoundedListenerFactory"/>.</remarks>
internal sealed class BoundedListener(IConnectionListener inner, Func<ConnectionContext, IDisposable?> tryEnter, Func<CancellationToken, ValueTask>? beforeAccept)
    : IConnectionListener
{
    private readonly CancellationTokenSource _unbinding = new();

    public EndPoint EndPoint => inner.EndPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (beforeAccept is not null) await beforeAccept(_unbinding.Token);
            if (await inner.AcceptAsync(cancellationToken) is not { } connection) return null;
            if (tryEnter(connection) is { } place) return new PlacedConnection(connection, place);

            // Closed before the next is accepted, so that at most one is ever open without a place.
            connection.Abort(new ConnectionAbortedException("as many connections are open as there are places"));
            await connection.DisposeAsync();
        }
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _unbinding.CancelAsync();
        await inner.UnbindAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        _unbinding.Dispose();
    }
}
