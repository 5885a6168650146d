using WsFanout.Hosting.Settings.Catalogue;

namespace WsFanout.Hosting.Settings.Input;

/// <summary>First step: which settings were given, with which text. The environment wins over <c>.env</c>, files are opened, names are checked.</summary>
internal sealed class GivenSettings
{
    private const long MaxFileBytes = 64 * 1024;

    private readonly Dictionary<Setting, GivenValue> _values = [];
    private readonly List<string> _errors = [];
    private readonly SortedSet<string> _ignored = new(StringComparer.Ordinal);

    private GivenSettings()
    {
    }

    public IReadOnlyList<string> Errors => _errors;

    /// <summary>Names that were recognised and have no meaning here.</summary>
    public IReadOnlyCollection<string> Ignored => _ignored;

    public GivenValue? Find(Setting setting) => _values.GetValueOrDefault(setting);

    public static GivenSettings Collect(IReadOnlyDictionary<string, string> environment, string directory)
    {
        var given = new GivenSettings();
        var file = DotEnvFile.Read(directory);
        given._errors.AddRange(file.Problems);
        given.Take(environment);
        given.Take(file.Values.Where(variable => !IsGivenIn(environment, variable.Key)).ToDictionary(StringComparer.Ordinal));
        return given;
    }

    // A setting given in both places counts once, by the environment, also when one of the two gives it by file.
    private static bool IsGivenIn(IReadOnlyDictionary<string, string> environment, string name)
    {
        var isFile = name.EndsWith(VariableNames.FileSuffix, StringComparison.Ordinal);
        var other = isFile ? name[..^VariableNames.FileSuffix.Length] : name + VariableNames.FileSuffix;
        return environment.ContainsKey(name) || environment.ContainsKey(other);
    }

    private void Take(IReadOnlyDictionary<string, string> variables)
    {
        foreach (var (name, value) in variables.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            switch (VariableNames.Classify(name, value))
            {
                case NameKind.Known:
                    TakeText(AllSettings.ByName[name], value);
                    break;
                case NameKind.KnownFile:
                    TakeFile(AllSettings.ByName[name[..^VariableNames.FileSuffix.Length]], value, variables);
                    break;
                case NameKind.KnownAndIgnored:
                    _ignored.Add(name);
                    break;
                case NameKind.Unknown:
                    var meant = VariableNames.Meant(name) is { } near ? $"; did you mean {near}?" : "";
                    _errors.Add($"{Masking.OneLine(name)}: is no setting of this server{meant}");
                    break;
                default:
                    break;
            }
        }
    }

    private void TakeText(Setting setting, string value) =>
        _values[setting] = new GivenValue(setting.IsSecret ? value : value.Trim(), IsFromFile: false);

    private void TakeFile(Setting setting, string path, IReadOnlyDictionary<string, string> variables)
    {
        var name = setting.Name + VariableNames.FileSuffix;
        if (variables.ContainsKey(setting.Name))
        {
            _errors.Add($"{name}: {setting.Name} is given too; give one of the two");
            return;
        }

        try
        {
            using var stream = new FileStream(path.Trim(), FileMode.Open, FileAccess.Read);
            using var reader = new StreamReader(stream);
            var buffer = new char[MaxFileBytes + 1];
            var count = reader.ReadBlock(buffer);
            if (count > MaxFileBytes)
            {
                _errors.Add($"{name}=\"{Masking.OneLine(path)}\": the file is larger than 64KB");
                return;
            }

            // Editors and `echo` end a file with a line break that is no part of a secret.
            _values[setting] = new GivenValue(new string(buffer, 0, count).TrimEnd('\n', '\r'), IsFromFile: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            _errors.Add($"{name}=\"{Masking.OneLine(path)}\": the file cannot be read ({e.GetType().Name})");
        }
    }
}
