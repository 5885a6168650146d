using WsFanout.Messages;

namespace WsFanout.Transport.Direct;

/// <summary>What one socket has not taken of what it was given. Exists only while the socket is full, or the client has just read again.</summary>
/// <remarks>The worker's thread only.</remarks>
internal sealed class Backlog(long now, int unacknowledged)
{
    private Frame? _rest;

    /// <summary>The frame that the socket has a part of, or could not begin: it goes before anything else.</summary>
    public ref Frame? Rest => ref _rest;

    /// <summary>Bytes of it that the socket has.</summary>
    public int Taken { get; set; }

    /// <summary>The close frame, while it waits for the rest.</summary>
    public Frame? Last { get; set; }

    /// <summary>Since when nothing has been taken. Ticks of the monotonic clock.</summary>
    public long Since { get; set; } = now;

    /// <summary>Bytes that the other end had not acknowledged when that was asked last.</summary>
    public int Unacknowledged { get; set; } = unacknowledged;
}
