namespace WsFanout.Transport.Direct;

/// <summary>What a socket of the direct way is used for right now. It only goes forward.</summary>
internal enum SocketPhase : byte
{
    /// <summary>Nothing has come yet: it costs its descriptor and a record.</summary>
    Silent,

    /// <summary>Its bytes go through pipes to and from the HTTP server.</summary>
    Http,

    /// <summary>A client of the worker: frames.</summary>
    Client,

    /// <summary>The client has been let go; the last bytes leave, then the other end is waited for.</summary>
    Lingering,

    /// <summary>The descriptor is closed and may be somebody else's by now.</summary>
    Closed,
}
