using WsFanout.Hosting.Settings.Catalogue;

namespace WsFanout.Hosting.Settings;

/// <summary>What the process says of itself at start, one line an item.</summary>
internal static class Banner
{
    /// <summary>What is in force: given and derived settings a line each, defaults a line a group; then what else is worth knowing.</summary>
    /// <param name="result">Without errors.</param>
    /// <param name="version">Version of the program.</param>
    public static IEnumerable<string> Lines(SettingsResult result, string version)
    {
        yield return $"WsFanout {version}";
        var effective = result.Effective.ToDictionary(setting => setting.Name, StringComparer.Ordinal);
        foreach (var group in AllSettings.Groups)
        {
            var settings = group.Settings.Select(setting => effective[setting.Name]).ToList();
            foreach (var setting in settings.Where(setting => setting.Origin != SettingOrigin.Default || setting.Formula is not null))
            {
                yield return $"{setting.Name}={setting.Value} ({Origin(setting)})";
            }

            var defaults = settings.Where(setting => setting is { Origin: SettingOrigin.Default, Formula: null }).ToList();
            if (defaults.Count > 0)
            {
                yield return $"{group.Title}, by default: {string.Join(' ', defaults.Select(setting => $"{setting.Name}={setting.Value}"))}";
            }
        }

        foreach (var line in result.Remarks) yield return line;
    }

    /// <summary>What somebody may have meant otherwise.</summary>
    public static IEnumerable<string> Warnings(SettingsResult result) => result.Notes;

    private static string Origin(EffectiveSetting setting)
    {
        var word = ConfigJson.Word(setting.Origin);
        return setting.Formula is null ? word : $"{word}: {setting.Formula}";
    }
}
