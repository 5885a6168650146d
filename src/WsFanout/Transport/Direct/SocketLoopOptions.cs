namespace WsFanout.Transport.Direct;

/// <summary>What a socket of the direct way may take and how long it may wait.</summary>
internal sealed record SocketLoopOptions
{
    /// <summary>Bytes of what the HTTP server has not read yet, and of what it wants sent. Beyond: the socket is not read, the server waits.</summary>
    public const int PipeBytes = 64 * 1024;

    /// <summary>Time for the first byte. Beyond: closed, before it has cost more than its descriptor.</summary>
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time for the last bytes to leave and the other end to close. Beyond: cut.</summary>
    public TimeSpan LingerTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
