using WsFanout.Clients;

namespace WsFanout.Transport;

/// <summary>Something that happened on a connection, on its way to the worker that owns the client.</summary>
/// <param name="Reason">Why, for <see cref="TransportEventKind.Violated"/> and <see cref="TransportEventKind.Ended"/>.</param>
internal readonly record struct TransportEvent(StreamConnection Connection, TransportEventKind Kind, CloseReason? Reason = null);
