namespace WsFanout.Clients;

/// <summary>What became of a frame that was given to a send queue.</summary>
internal enum SendOutcome
{
    /// <summary>It waits for the socket.</summary>
    Queued,

    /// <summary>It did not fit and the client has to be closed as slow.</summary>
    TooSlow,
}
