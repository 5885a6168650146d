using System.Net;
using Microsoft.AspNetCore.Connections;

namespace WsFanout.Transport;

/// <summary>
/// Listeners that never hold more connections open than they have places for: one too many is closed before its first byte is read. Without
/// a bound here whoever only connects could take the process's last descriptor, and the runtime doesn't survive that.
/// </summary>
/// <param name="inner">Makes the real listeners.</param>
/// <param name="tryEnter">
/// Takes a place for one connection, to be given back once by disposing; null when there is none. Any thread.
/// </param>
/// <param name="beforeAccept">Waited for before each connection is accepted; ends early, without an exception, when its token says so.</param>
internal sealed class BoundedListenerFactory(
    IConnectionListenerFactory inner, Func<ConnectionContext, IDisposable?> tryEnter, Func<CancellationToken, ValueTask>? beforeAccept = null) : IConnectionListenerFactory
{
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new BoundedListener(await inner.BindAsync(endpoint, cancellationToken), tryEnter, beforeAccept);
}
