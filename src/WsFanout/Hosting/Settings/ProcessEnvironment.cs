using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace WsFanout.Hosting.Settings;

/// <summary>The one place that reads environment variables.</summary>
internal static class ProcessEnvironment
{
    /// <summary>All variables of this process, names case-sensitive.</summary>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "Settings are read here and nowhere else.")]
    public static IReadOnlyDictionary<string, string> Read()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        return variables;
    }
}
