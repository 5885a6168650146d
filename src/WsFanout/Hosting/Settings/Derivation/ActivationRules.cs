using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Hosting.Settings.Input;

namespace WsFanout.Hosting.Settings.Derivation;

/// <summary>What becomes of settings that were given and that this version does not act upon.</summary>
internal static class ActivationRules
{
    public static IEnumerable<string> NotActiveYet(SettingValues values)
    {
        foreach (var setting in AllSettings.InOrder)
        {
            if (setting.State == SettingState.NotYet && values.AsksForMore(setting))
            {
                yield return $"{values.Received(setting)}: is valid and not active yet, it has no effect in this version.";
            }
        }
    }
}
