namespace WsFanout.Governor;

/// <summary>How the server answers its load. Each state does what those before it do, and more.</summary>
internal enum GovernorState
{
    /// <summary>Everybody is let in, messages flow.</summary>
    Normal,

    /// <summary>No new client is let in.</summary>
    Rejecting,

    /// <summary>The intake asks for nothing either.</summary>
    Paused,
}
