namespace WsFanout.Transport;

/// <summary>What happened on a connection.</summary>
internal enum TransportEventKind
{
    /// <summary>A whole text message came; it is taken back by <see cref="StreamConnection.Taken"/>.</summary>
    Received,

    /// <summary>The batch has left, or will never.</summary>
    Sent,

    /// <summary>The client broke a rule of the wire; the connection is to be closed with the reason.</summary>
    Violated,

    /// <summary>Nothing will come from the connection any more.</summary>
    Ended,
}
