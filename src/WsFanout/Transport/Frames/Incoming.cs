namespace WsFanout.Transport.Frames;

/// <summary>What a client's bytes amounted to.</summary>
internal enum Incoming
{
    /// <summary>All bytes are used up, and nothing is complete.</summary>
    NeedsMore,

    /// <summary>A whole text message, valid UTF-8.</summary>
    Text,

    /// <summary>A whole binary message.</summary>
    Binary,

    Ping,

    Pong,

    /// <summary>The client's last frame; its payload has been checked.</summary>
    Close,

    /// <summary>A rule was broken; what follows can't be read any more.</summary>
    Violation,
}
