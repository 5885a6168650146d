using WsFanout.Hosting.Settings;

namespace WsFanout.Planning.SystemCheck;

/// <summary>Everything that was found, and what it comes to.</summary>
/// <param name="Version">Of the program.</param>
/// <param name="AreSettingsSound">False: the server would end with 78 before it starts.</param>
/// <param name="IsStrict">Whether warnings count as errors.</param>
internal sealed record CheckReport(string Version, bool AreSettingsSound, bool IsStrict, IReadOnlyList<Finding> Findings)
{
    /// <summary>Of the process: 78 as the server's own, 1 with an error, else 0.</summary>
    public int ExitCode => !AreSettingsSound ? SettingsResult.ExitCode
        : Count(Verdict.Error) > 0 || (IsStrict && Count(Verdict.Warning) > 0) ? Tools.ExitCode.Failed
        : Tools.ExitCode.Done;

    public int Count(Verdict verdict) => Findings.Count(finding => finding.Verdict == verdict);

    /// <summary>The verdict as it is printed.</summary>
    public static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Ok => "ok",
        Verdict.Skipped => "skipped",
        Verdict.Unknown => "unknown",
        Verdict.Warning => "warning",
        _ => "error",
    };
}
