using System.Globalization;
using System.Text;
using WsFanout.Hosting.Settings;
using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Hosting.Settings.Input;
using WsFanout.Planning.Plan;

namespace WsFanout.Planning.Output;

/// <summary>
/// The plan as a <c>.env</c> file: everything given and everything derived, so that the server comes to the same values wherever it reads it. Secrets
/// stay out, but for lines of the file that it replaces: those hold nothing that was not there before.
/// </summary>
/// <param name="replaced">Text of the file that it will take the place of; null: there is none.</param>
internal sealed class EnvFile(PlanReport report, string? replaced = null)
{
    /// <summary>Worked out anew by each process: two servers must not share one.</summary>
    private static readonly Setting[] OfEachProcess = [StreamSettings.InstanceId];

    private readonly StringBuilder _lines = new();
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly List<string> _secrets = [];
    private readonly List<string> _leftOut = [];

    /// <summary>Secrets that were given and are not in the file that was written.</summary>
    public IReadOnlyList<string> LeftOut => _leftOut;

    public string Write(string version)
    {
        foreach (var setting in AllSettings.InOrder) Append(setting);
        var kept = Kept();
        _leftOut.AddRange(_secrets.Where(name => kept.All(line => DotEnvFile.NameIn(line) != name)));

        var basis = report.Basis;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Written by: wsfanout plan --output env, WsFanout {version}.\n");
        text.Append(CultureInfo.InvariantCulture, $"# {basis.Given.Machine.Cores} cores, {basis.Given.Machine.PhysicalMemoryBytes >> 20} MB; {basis.Target.Clients} clients × {basis.Target.RatePerClient:0.###} messages/s; {basis.Model.Name}.\n");
        text.Append(CultureInfo.InvariantCulture, $"# {(report.Holds ? "Every check passes." : "Not every check passes: see wsfanout plan.")}\n");
        foreach (var name in _leftOut) text.Append(CultureInfo.InvariantCulture, $"# {name} is given and holds a secret, so it is left out: give it again, or by {name}{VariableNames.FileSuffix}.\n");
        text.Append(_lines);
        if (kept.Count > 0) text.Append("# From the file that this one has replaced: its secrets, and what is no setting of the server.\n");
        foreach (var line in kept) text.Append(CultureInfo.InvariantCulture, $"{line}\n");
        return text.ToString();
    }

    private void Append(Setting setting)
    {
        var basis = report.Basis;
        var effective = basis.Effective(setting);
        var byFile = setting.Name + VariableNames.FileSuffix;
        if (basis.Given.Given.TryGetValue(byFile, out var path))
        {
            Line(byFile, path, null);
        }
        else if (effective.Origin == SettingOrigin.Derived && !OfEachProcess.Contains(setting))
        {
            Line(setting.Name, effective.Value, effective.Formula);
        }
        else if (effective.Origin == SettingOrigin.Given && basis.Given.Given.TryGetValue(setting.Name, out var given))
        {
            if (IsSecret(setting, given)) _secrets.Add(setting.Name);
            else if (setting == CapacitySettings.Calibration) _lines.Append(CultureInfo.InvariantCulture, $"# {setting.Name}={given} is left out: where this file goes that one may not be, and what was worked out from it stands here.\n");
            else Line(setting.Name, given, null);
        }
    }

    private void Line(string name, string value, string? formula)
    {
        _written.Add(name);
        if (formula is not null) _lines.Append(CultureInfo.InvariantCulture, $"# {formula}\n");
        _lines.Append(CultureInfo.InvariantCulture, $"{name}={Quoted(value)}\n");
    }

    // Of a setting of ours only a secret, and only where nothing else gives that setting: a name given twice is an error.
    private List<string> Kept() =>
    [
        .. (replaced ?? "").Split('\n').Select(line => line.TrimEnd('\r')).Where(line => DotEnvFile.NameIn(line) is { } name && IsKept(name, line)),
    ];

    private bool IsKept(string name, string line)
    {
        if (AllSettings.ByName.TryGetValue(name, out var setting)) return IsSecret(setting, line) && !_written.Contains(name) && !_written.Contains(name + VariableNames.FileSuffix);

        return !name.EndsWith(VariableNames.FileSuffix, StringComparison.Ordinal) || !AllSettings.ByName.ContainsKey(name[..^VariableNames.FileSuffix.Length]);
    }

    private static bool IsSecret(Setting setting, string text) => setting.IsSecret || (setting.HoldsUserInfo && text.Contains('@', StringComparison.Ordinal));

    // What the reader would take for a comment or for quotes of its own.
    private static string Quoted(string value) =>
        value.Contains('#', StringComparison.Ordinal) || value.StartsWith('"') || value.StartsWith('\'')
            ? value.Contains('"', StringComparison.Ordinal) ? $"'{value}'" : $"\"{value}\""
            : value;
}
