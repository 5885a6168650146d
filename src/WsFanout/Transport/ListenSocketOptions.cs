namespace WsFanout.Transport;

/// <summary>How clients are listened for, on either way. The bounds of the kernel are set on the listening socket: every accepted one has them.</summary>
internal sealed record ListenSocketOptions
{
    /// <summary>
    /// Bytes that the kernel may hold of what has been sent to one client. It doubles the number for its own bookkeeping, and takes as much from
    /// the machine when a client stalls; by itself it would take up to 4 MB.
    /// </summary>
    public const int SendBufferBytes = 64 * 1024;

    /// <summary>Bytes not yet on their way above which a socket counts as full: beyond, they are better kept where they can still be dropped.</summary>
    public const int UnsentBytes = 16 * 1024;

    /// <summary>Connections that wait to be accepted. The kernel cuts it to <c>somaxconn</c>.</summary>
    public int Backlog { get; init; } = 4096;

    /// <summary>Time that bytes may stay unacknowledged before the kernel gives a connection up. Longer than the server itself waits.</summary>
    public TimeSpan UnacknowledgedTimeout { get; init; } = TimeSpan.FromSeconds(25);
}
