namespace WsFanout.Hosting.Settings.Input;

/// <summary>What the name of an environment variable is to this server.</summary>
internal enum NameKind
{
    /// <summary>Somebody else's; not a word about it.</summary>
    Foreign,

    /// <summary>In the catalogue.</summary>
    Known,

    /// <summary><c>NAME_FILE</c> of a name in the catalogue.</summary>
    KnownFile,

    /// <summary>Meant for other programs or for this server's ancestor: ignored, with one note for all.</summary>
    KnownAndIgnored,

    /// <summary>Looks like one of ours and is none: an error.</summary>
    Unknown,
}
