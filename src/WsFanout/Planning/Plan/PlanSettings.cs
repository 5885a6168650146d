using System.Globalization;
using WsFanout.Hosting.Settings;
using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Hosting.Settings.Input;
using WsFanout.Planning.Calibration;

namespace WsFanout.Planning.Plan;

/// <summary>The settings that a plan is made for, read as the server would read them on the machine that was described.</summary>
/// <param name="Result">What the server's own reader says.</param>
/// <param name="Given">Text of each variable that was given, wherever; <c>NAME_FILE</c> under that name.</param>
/// <param name="Machine">The machine that was described.</param>
internal sealed record PlanSettings(SettingsResult Result, IReadOnlyDictionary<string, string> Given, MachineFacts Machine)
{
    /// <summary>Reads them: the environment, over it the profile, over that the options.</summary>
    public static PlanSettings Read(PlanRequest request, IReadOnlyDictionary<string, string> environment, SettingsContext context)
    {
        var variables = new Dictionary<string, string>(environment, StringComparer.Ordinal);
        var file = DotEnvFile.Read(context.Directory).Values;
        foreach (var line in request.Profile?.Lines ?? []) Put(variables, line.Setting.Name, line.Value);
        if (request.UsesPlanCosts) Put(variables, CapacitySettings.Calibration.Name, "");
        if (request.CalibrationPath is { } path) Put(variables, CapacitySettings.Calibration.Name, path);
        if (request.Workers is { } workers) Put(variables, CapacitySettings.WorkerPoolSize.Name, Text(workers));
        foreach (var (name, value) in request.Settings) Put(variables, name, value);
        if (request.Clients is { } clients && !IsGiven(variables, CapacitySettings.MaxConnections.Name) && !IsGiven(file, CapacitySettings.MaxConnections.Name))
        {
            Put(variables, CapacitySettings.MaxConnections.Name, Text(clients));
        }

        var machine = Described(request, context.Machine);
        var result = SettingsReader.Read(variables, context with
        {
            Machine = machine,
            Calibration = request.UsesPlanCosts ? CalibrationFile.OfThePlan : context.Calibration,
        });
        return new PlanSettings(result, Merged(variables, file), machine);
    }

    /// <summary>Whether a setting was given with a value that is not automatic.</summary>
    public bool IsGiven(Setting setting) => Result.Effective.Any(one => one.Name == setting.Name && one.Origin == SettingOrigin.Given);

    private static MachineFacts Described(PlanRequest request, MachineFacts machine)
    {
        if (request.Cores is { } cores)
        {
            var isWhole = cores == Math.Floor(cores);
            machine = machine with
            {
                Cores = (int)Math.Ceiling(cores),
                Container = machine.Container with { CpuCores = isWhole ? null : cores, CpuSource = isWhole ? null : "--cores" },
            };
        }

        if (request.MemoryBytes is { } memory)
        {
            machine = machine with { PhysicalMemoryBytes = memory, Container = machine.Container with { MemoryBytes = null, MemorySource = null } };
        }

        return request.Descriptors is { } descriptors ? machine with { DescriptorLimit = descriptors } : machine;
    }

    // By file or not: what is put in comes in place of either.
    private static void Put(Dictionary<string, string> variables, string name, string value)
    {
        variables[name] = value;
        variables.Remove(name + VariableNames.FileSuffix);
    }

    private static bool IsGiven(IReadOnlyDictionary<string, string> variables, string name) =>
        (variables.TryGetValue(name, out var text) && text.Trim() != "0") || variables.ContainsKey(name + VariableNames.FileSuffix);

    private static Dictionary<string, string> Merged(Dictionary<string, string> variables, IReadOnlyDictionary<string, string> file)
    {
        var merged = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var setting in AllSettings.InOrder)
        {
            var byFile = setting.Name + VariableNames.FileSuffix;
            var source = variables.ContainsKey(setting.Name) || variables.ContainsKey(byFile) ? variables : file;
            if (source.TryGetValue(setting.Name, out var text)) merged[setting.Name] = text.Trim();
            if (source.TryGetValue(byFile, out var named)) merged[byFile] = named.Trim();
        }

        return merged;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
