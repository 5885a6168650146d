using System.Net;
using Microsoft.AspNetCore.Connections;

namespace WsFanout.Transport;

/// <summary>One listener that accepts a connection only to close it when there is no place for it.</summary>
internal sealed class BoundedListener(IConnectionListener inner, Func<IDisposable?> tryEnter) : IConnectionListener
{
    public EndPoint EndPoint => inner.EndPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await inner.AcceptAsync(cancellationToken) is { } connection)
        {
            if (tryEnter() is { } place) return new PlacedConnection(connection, place);

            // Closed before the next is accepted, so that at most one is ever open without a place.
            connection.Abort(new ConnectionAbortedException("as many connections are open as there are places"));
            await connection.DisposeAsync();
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
