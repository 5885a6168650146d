namespace WsFanout.Planning.SystemCheck;

/// <summary>What one look came to.</summary>
internal enum Verdict
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Not asked, because it makes no difference here or because something before it failed.</summary>
    Skipped,

    /// <summary>Could not be found out. Never a pass.</summary>
    Unknown,

    /// <summary>The server runs, and somebody should know.</summary>
    Warning,

    /// <summary>The server does not start, or does not do what its settings promise.</summary>
    Error,
}
