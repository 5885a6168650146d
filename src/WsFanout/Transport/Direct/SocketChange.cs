namespace WsFanout.Transport.Direct;

/// <summary>What has happened on a client's socket.</summary>
[Flags]
internal enum SocketChange
{
    None = 0,

    /// <summary>It has been taken over from the HTTP server: <see cref="DirectSocket.TakeArrival"/> says what came with it. Once, and first.</summary>
    Arrived = 1,

    /// <summary>Something may have come, or it has ended: <see cref="DirectSocket.Receive"/> tells.</summary>
    Readable = 2,

    /// <summary>There may be room again: <see cref="DirectSocket.Resume"/>.</summary>
    Writable = 4,

    /// <summary>It was cut from this end.</summary>
    Cut = 8,
}
