namespace WsFanout.Clients;

/// <summary>What becomes of what waits for a client when it is closed.</summary>
internal enum Waiting
{
    /// <summary>It is sent first.</summary>
    Sent,

    /// <summary>What the socket takes at once is sent, the rest is dropped: answers to what was said before a rule was broken are the client's.</summary>
    SentAtOnce,

    /// <summary>It is dropped: the client is slow, or has no right to it.</summary>
    Dropped,
}
