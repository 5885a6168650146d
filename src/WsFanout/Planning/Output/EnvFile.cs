using System.Globalization;
using System.Text;
using WsFanout.Hosting.Settings;
using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Hosting.Settings.Input;
using WsFanout.Planning.Plan;

namespace WsFanout.Planning.Output;

/// <summary>The plan as a <c>.env</c> file: everything given and everything derived, so that the server comes to the same values wherever it reads it. Secrets stay out.</summary>
internal static class EnvFile
{
    /// <summary>Worked out anew by each process: two servers must not share one.</summary>
    private static readonly Setting[] OfEachProcess = [StreamSettings.InstanceId];

    public static string Write(PlanReport report, string version)
    {
        var basis = report.Basis;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Written by: wsfanout plan --output env, WsFanout {version}.\n");
        text.Append(CultureInfo.InvariantCulture, $"# {basis.Given.Machine.Cores} cores, {basis.Given.Machine.PhysicalMemoryBytes >> 20} MB; {basis.Target.Clients} clients × {basis.Target.RatePerClient:0.###} messages/s; {basis.Model.Name}.\n");
        text.Append(CultureInfo.InvariantCulture, $"# {(report.Holds ? "Every check passes." : "Not every check passes: see wsfanout plan.")}\n");
        foreach (var setting in AllSettings.InOrder) Append(text, setting, basis);
        return text.ToString();
    }

    private static void Append(StringBuilder text, Setting setting, PlanBasis basis)
    {
        var effective = basis.Effective(setting);
        var byFile = setting.Name + VariableNames.FileSuffix;
        if (basis.Given.Given.TryGetValue(byFile, out var path))
        {
            Line(text, byFile, path, null);
        }
        else if (effective.Origin == SettingOrigin.Derived && !OfEachProcess.Contains(setting))
        {
            Line(text, setting.Name, effective.Value, effective.Formula);
        }
        else if (effective.Origin == SettingOrigin.Given && basis.Given.Given.TryGetValue(setting.Name, out var given))
        {
            if (setting.IsSecret || (setting.HoldsUserInfo && given.Contains('@', StringComparison.Ordinal))) text.Append(CultureInfo.InvariantCulture, $"# {setting.Name} is given and holds a secret: give it again, or by {byFile}.\n");
            else Line(text, setting.Name, given, null);
        }
    }

    private static void Line(StringBuilder text, string name, string value, string? formula)
    {
        if (formula is not null) text.Append(CultureInfo.InvariantCulture, $"# {formula}\n");
        text.Append(CultureInfo.InvariantCulture, $"{name}={Quoted(value)}\n");
    }

    // What the reader would take for a comment or for quotes of its own.
    private static string Quoted(string value) =>
        value.Contains('#', StringComparison.Ordinal) || value.StartsWith('"') || value.StartsWith('\'')
            ? value.Contains('"', StringComparison.Ordinal) ? $"'{value}'" : $"\"{value}\""
            : value;
}
