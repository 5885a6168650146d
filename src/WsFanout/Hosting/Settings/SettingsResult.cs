namespace WsFanout.Hosting.Settings;

/// <summary>What reading the settings came to.</summary>
internal sealed record SettingsResult
{
    /// <summary>Exit code of a process whose settings are refused (<c>EX_CONFIG</c>).</summary>
    public const int ExitCode = 78;

    /// <summary>Null exactly when there are <see cref="Errors"/>.</summary>
    public ServerSettings? Settings { get; init; }

    /// <summary>Every problem of every variable, one sentence each, secrets masked.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>What was ignored or looks like a mistake but does no harm.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What is good to know and nothing to worry about.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>All settings in the order of the catalogue. Empty when there are errors.</summary>
    public IReadOnlyList<EffectiveSetting> Effective { get; init; } = [];
}
