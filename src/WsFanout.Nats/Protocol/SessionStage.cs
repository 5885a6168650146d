namespace WsFanout.Nats.Protocol;

/// <summary>How far a connection has come.</summary>
internal enum SessionStage
{
    Dialled,

    /// <summary>The server has sent its first INFO.</summary>
    Greeted,

    /// <summary>The server has answered the first PING.</summary>
    Accepted,

    /// <summary>Only a loop that runs until the connection ends asks for this one.</summary>
    Ended,
}
