using WsFanout.Messages;

namespace WsFanout.Clients;

/// <summary>The way to one client's socket, as its worker sees it. All members are the worker's, but for <see cref="LastReceivedAt"/>.</summary>
internal interface IWire
{
    /// <summary>Whether it may be given more: the last batch has left, the socket is not full.</summary>
    bool IsIdle { get; }

    /// <summary>The socket, while it may be sent to past this wire: idle, and open. -1 else, and on a wire that only takes queues.</summary>
    int OpenSocket { get; }

    /// <summary>When bytes of any kind last came from the client. Ticks of the monotonic clock.</summary>
    long LastReceivedAt { get; }

    /// <summary>When the socket last took bytes of what it was given. Ticks of the monotonic clock.</summary>
    long LastProgressAt { get; }

    /// <summary>Since when the socket has not taken what it was given; 0 while it takes everything at once. Ticks of the monotonic clock.</summary>
    long BlockedSince { get; }

    /// <summary>When the last ping left; 0 while none has. Ticks of the monotonic clock.</summary>
    long PingSentAt { get; }

    /// <summary>Since when the client has owed the rest of a message that it began; 0 while it owes none. Ticks of the monotonic clock.</summary>
    long UnfinishedSince { get; }

    /// <summary>Looks closer at a socket that seems stuck: whether the other end has taken bytes though no room has been told of. Costs a call of the system.</summary>
    bool HasProgressed();

    /// <summary>Offers whole frames to the socket. Only when idle.</summary>
    /// <returns>Bytes taken. Fewer than offered: the socket is full, and the rest of a frame that it took a part of goes to <see cref="KeepRest"/>.
    /// A wire that only takes queues takes nothing and stays idle.</returns>
    int SendNow(ReadOnlySpan<byte> frames);

    /// <summary>The last send took a part of this frame: the wire sends the rest before anything else.</summary>
    /// <param name="taken">Bytes taken, at least one and not all.</param>
    void KeepRest(Frame frame, int taken);

    /// <summary>Gives as much of the queue as makes one batch. Only when idle.</summary>
    /// <returns>Frames that the socket has taken at once, to be looked at before the next call. Those that it takes later are reported then.</returns>
    ReadOnlySpan<Frame?> Send(SendQueue queue);

    /// <summary>Sends a ping behind what has been given.</summary>
    void Ping();

    /// <summary>Sends a close frame behind what has been given, then only reads until the client closes.</summary>
    void Close(CloseReason reason);

    /// <summary>Cuts the connection at once.</summary>
    void Abort();

    /// <summary>The worker has let go: nothing will be asked of the wire any more.</summary>
    void Release();
}
