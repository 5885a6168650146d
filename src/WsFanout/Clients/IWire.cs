namespace WsFanout.Clients;

/// <summary>The way to one client's socket, as its worker sees it. All members are the worker's, but for <see cref="LastReceivedAt"/>.</summary>
internal interface IWire
{
    /// <summary>Whether the last batch has left, so that the next may be given.</summary>
    bool IsIdle { get; }

    /// <summary>When bytes of any kind last came from the client. Ticks of the monotonic clock.</summary>
    long LastReceivedAt { get; }

    /// <summary>When the socket last took bytes of the present batch. Ticks of the monotonic clock.</summary>
    long LastProgressAt { get; }

    /// <summary>Since when the socket has not taken what it was given; 0 while it takes everything at once. Ticks of the monotonic clock.</summary>
    long BlockedSince { get; }

    /// <summary>When the last ping left; 0 while none has. Ticks of the monotonic clock.</summary>
    long PingSentAt { get; }

    /// <summary>Gives as much of the queue as makes one batch. Only when idle.</summary>
    void Send(SendQueue queue);

    /// <summary>Sends a ping behind what has been given.</summary>
    void Ping();

    /// <summary>Sends a close frame behind what has been given, then only reads until the client closes.</summary>
    void Close(CloseReason reason);

    /// <summary>Cuts the connection at once.</summary>
    void Abort();

    /// <summary>The worker has let go: nothing will be asked of the wire any more.</summary>
    void Release();
}
