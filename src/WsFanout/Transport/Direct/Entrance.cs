using Microsoft.AspNetCore.Http.Features;

namespace WsFanout.Transport.Direct;

/// <summary>Who may come in, and where to: what the acceptor asks for each connection.</summary>
/// <param name="TryEnter">Takes a place for a connection of this descriptor; null when there is none.</param>
/// <param name="Dress">Adds the note of a place to the features of its HTTP connection.</param>
/// <param name="BeforeAccept">Waited for before each connection is accepted; ends early, without an exception, when its token says so.</param>
/// <param name="NextLoop">The loop with the fewest sockets.</param>
/// <param name="Failed">Told when accepting has ended by a bug.</param>
internal sealed record Entrance(
    Func<int, Place?> TryEnter,
    Action<object?, IFeatureCollection> Dress,
    Func<CancellationToken, ValueTask> BeforeAccept,
    Func<SocketLoop> NextLoop,
    Action<Exception> Failed);
