using System.Globalization;
using System.Text;
using WsFanout.Hosting.Settings;
using WsFanout.Hosting.Settings.Catalogue;

namespace WsFanout.Tests.Hosting.Settings;

/// <summary>What the documents must say of the settings, made from the catalogue.</summary>
internal static class SettingTables
{
    public const string Begin = "<!-- settings -->";
    public const string End = "<!-- /settings -->";

    /// <summary>For the README: name, default, meaning.</summary>
    public static string Short() => Tables("| variable | default | meaning |\n|---|---|---|\n", setting =>
        $"| `{setting.Name}` | {Cell(Default(setting))} | {Cell(setting.Meaning)} |\n");

    /// <summary>For docs/SETTINGS.md: also what is accepted.</summary>
    public static string Full() => Tables("| variable | default | accepted | meaning |\n|---|---|---|---|\n", setting =>
        $"| `{setting.Name}` | {Cell(setting.DefaultText)} | {Cell(setting.Expected)} | {Cell(setting.Meaning)} |\n");

    /// <summary>The whole of .env.example: every variable with its default, each commented out.</summary>
    public static string EnvironmentExample()
    {
        var text = new StringBuilder("""
            # Every variable of WsFanout with its default; docs/SETTINGS.md explains them.
            # Copy to .env in the folder that the process is started in and take the # off what you change. The environment wins over .env.
            # In a container give them as its environment instead: env_file: or environment: of compose, envFrom of Kubernetes.
            # Any variable can be given by file instead: NAME_FILE=/run/secrets/name.

            """);
        foreach (var group in AllSettings.Groups)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n# --- {group.Title} ---\n");
            foreach (var setting in group.Settings)
            {
                var note = setting.DefaultNote is { } words ? $" Default: {words}." : "";
                text.Append(CultureInfo.InvariantCulture, $"\n# {setting.Meaning.Replace("`", "", StringComparison.Ordinal)}{note}\n#   {setting.Expected}\n");
                text.Append(CultureInfo.InvariantCulture, $"#{setting.Name}={(setting.DefaultNote is null ? setting.WrittenDefault : "")}\n");
            }
        }

        return text.ToString();
    }

    private static string Default(Setting setting) =>
        setting is { DefaultText: "0", ZeroMeaning: { } meaning } ? $"0 = {meaning}" : setting.DefaultText;

    private static string Tables(string head, Func<Setting, string> row)
    {
        var text = new StringBuilder();
        foreach (var group in AllSettings.Groups)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n### {group.Title}\n\n{head}");
            text.AppendJoin("", group.Settings.Select(row));
        }

        return text.ToString();
    }

    // In code every sign stands for itself, but a bar would end the cell.
    private static string Cell(string text) => string.Join('`', text.Replace("|", "\\|", StringComparison.Ordinal).Split('`').Select((part, place) =>
        place % 2 == 1 ? part : part.Replace("*", "\\*", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)));
}
