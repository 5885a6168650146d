using WsFanout.Hosting.Settings.Catalogue;

namespace WsFanout.Hosting.Settings.Input;

/// <summary>Second step: every setting's value, read by its grammar; a faulty one keeps its default and is remembered.</summary>
internal sealed class SettingValues
{
    private readonly GivenSettings _given;
    private readonly Dictionary<Setting, object> _values = [];
    private readonly HashSet<Setting> _faulty = [];
    private readonly List<string> _errors = [];

    public SettingValues(GivenSettings given)
    {
        _given = given;
        foreach (var setting in AllSettings.InOrder)
        {
            _values[setting] = setting.BoxedDefault;
            if (given.Find(setting) is { } value)
            {
                Take(setting, value);
            }
        }
    }

    public IReadOnlyList<string> Errors => _errors;

    public T Get<T>(Setting<T> setting)
        where T : notnull => (T)_values[setting];

    /// <summary>The value, or null when nothing was given and nothing is the default.</summary>
    public string? Optional(Setting<string> setting) => Get(setting) is { Length: > 0 } text ? text : null;

    public int Int(Setting<long> setting) => checked((int)Get(setting));

    public bool IsGiven(Setting setting) => _given.Find(setting) is not null;

    /// <summary>Whether rules that compare these settings make sense: a faulty one has been reported already.</summary>
    public bool AreSound(params ReadOnlySpan<Setting> settings)
    {
        foreach (var setting in settings)
        {
            if (_faulty.Contains(setting))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether it was given with a value that needs the setting to be active.</summary>
    public bool AsksForMore(Setting setting) => IsGiven(setting) && !_faulty.Contains(setting) && !setting.AsksNothing(_values[setting]);

    /// <summary>The effective value as it may be shown; empty when there is none.</summary>
    public string Shown(Setting setting)
    {
        var isHidden = setting.IsSecret || _given.Find(setting) is { IsFromFile: true };
        var text = setting.Write(_values[setting]);
        return isHidden && text.Length > 0 ? Masking.Mask : Masking.OneLine(text);
    }

    /// <summary>Start of a message: name and value as received.</summary>
    public string Received(Setting setting) =>
        _given.Find(setting) is { } given ? $"{setting.Name}=\"{Masking.Show(setting, given)}\"" : $"{setting.Name} ({setting.DefaultText})";

    private void Take(Setting setting, GivenValue given)
    {
        if (given.Text.Length == 0)
        {
            if (setting.TakesEmpty)
            {
                _values[setting] = setting.BoxedEmpty;
                return;
            }

            _faulty.Add(setting);
            _errors.Add($"{setting.Name} is empty: must be {setting.Expected}; leave it out for the default ({setting.DefaultText})");
            return;
        }

        if (setting.Read(given.Text, out var detail) is { } value)
        {
            _values[setting] = value;
            return;
        }

        _faulty.Add(setting);
        var reason = detail is null ? "" : $"{detail}; ";
        _errors.Add($"{Received(setting)}: {reason}must be {setting.Expected} (default {setting.DefaultText})");
    }
}
