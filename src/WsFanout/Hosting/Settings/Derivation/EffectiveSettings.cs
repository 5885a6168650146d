using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Hosting.Settings.Input;

namespace WsFanout.Hosting.Settings.Derivation;

/// <summary>Collects what is in force: the values as read, and over them those that were worked out.</summary>
internal sealed class EffectiveSettings(SettingValues values)
{
    private readonly Dictionary<Setting, EffectiveSetting> _derived = [];
    private readonly Dictionary<Setting, string> _formulas = [];

    /// <summary>A value worked out in place of an automatic or dependent one.</summary>
    public T Derive<T>(Setting<T> setting, Derived<T> derived)
        where T : notnull
    {
        _derived[setting] = new(setting.Name, setting.Write(derived.Value), SettingOrigin.Derived, derived.Formula, setting.Meaning);
        return derived.Value;
    }

    /// <summary>A value that stays as it was read, with what came of it.</summary>
    public void Explain(Setting setting, string formula) => _formulas[setting] = formula;

    public IReadOnlyList<EffectiveSetting> ToList() =>
        [.. AllSettings.InOrder.Select(setting => _derived.GetValueOrDefault(setting) ?? AsRead(setting))];

    private EffectiveSetting AsRead(Setting setting) =>
        new(setting.Name, values.Shown(setting), OriginOf(setting), _formulas.GetValueOrDefault(setting), setting.Meaning);

    private SettingOrigin OriginOf(Setting setting) => values.IsGiven(setting) ? SettingOrigin.Given : SettingOrigin.Default;
}
