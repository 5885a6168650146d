namespace WsFanout.Telemetry;

/// <summary>What a publish request goes through, in this order. The names in lower case are labels.</summary>
internal enum PublishStage
{
    /// <summary>The first bytes of a connection have told its version of HTTP, to the head of its first request; on the listener for publishing alone.</summary>
    Accept,

    /// <summary>The head is there, to the whole body.</summary>
    Parse,

    /// <summary>To its turn: handed to the connection to the broker, where it may wait for room, or taken by the built-in source.</summary>
    Queue,

    /// <summary>To the word that it is stored.</summary>
    Puback,

    /// <summary>To the answer's last byte given to the connection.</summary>
    Reply,
}
