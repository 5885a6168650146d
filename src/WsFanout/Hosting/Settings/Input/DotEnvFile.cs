namespace WsFanout.Hosting.Settings.Input;

/// <summary>Reads a <c>.env</c> file: <c>NAME=value</c> a line, quotes optional, <c> #</c> starts a comment.</summary>
/// <remarks>Also takes what people paste: <c>export NAME=value</c> and the list form of a compose file, <c>- NAME=value</c> under <c>environment:</c>.</remarks>
internal sealed class DotEnvFile
{
    /// <summary>Name of the file.</summary>
    public const string FileName = ".env";

    private const long MaxBytes = 1L << 20;

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];

    private DotEnvFile()
    {
    }

    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>One sentence a bad line. Never repeats a line's text: it may be part of a secret.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Reads the file in a directory. A missing file is an empty one.</summary>
    public static DotEnvFile Read(string directory)
    {
        var file = new DotEnvFile();
        try
        {
            var info = new FileInfo(Path.Combine(directory, FileName));
            if (!info.Exists)
            {
                // A mount whose source is missing becomes one.
                if (Directory.Exists(info.FullName)) file._problems.Add($"{FileName}: is a folder");
                return file;
            }

            if (info.Length > MaxBytes)
            {
                file._problems.Add($"{FileName}: is larger than 1MB");
                return file;
            }

            var number = 0;
            foreach (var line in File.ReadLines(info.FullName))
            {
                file.Take(line, ++number);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file._problems.Add($"{FileName}: cannot be read ({e.GetType().Name})");
        }

        return file;
    }

    /// <summary>The variable that a line gives; null: it gives none.</summary>
    public static string? NameIn(string line)
    {
        var text = Assignment(line);
        var name = text[..Math.Max(0, text.IndexOf('='))].TrimEnd();
        return IsName(name) ? name.ToString() : null;
    }

    private void Take(string line, int number)
    {
        var text = Assignment(line);
        if (text.IsEmpty || WithoutComment(text) is "environment:")
        {
            return;
        }

        var equals = text.IndexOf('=');
        var name = equals < 0 ? default : text[..equals].TrimEnd();
        if (!IsName(name))
        {
            _problems.Add($"{FileName} line {number}: is not NAME=value");
        }
        else if (!TryValue(text[(equals + 1)..].TrimStart(), out var value))
        {
            _problems.Add($"{FileName} line {number}: {name} has a quote that does not end, or text behind it");
        }
        else if (!_values.TryAdd(name.ToString(), value))
        {
            _problems.Add($"{FileName} line {number}: {name} is given a second time");
        }
    }

    /// <summary>A line without what may stand before the name; empty: there is nothing but a comment.</summary>
    private static ReadOnlySpan<char> Assignment(string line)
    {
        var text = line.AsSpan().Trim();
        if (text.IsEmpty || text[0] == '#') return default;
        if (text.StartsWith("- ")) return text[2..].TrimStart();

        return text.StartsWith("export ") ? text[7..].TrimStart() : text;
    }

    private static bool TryValue(ReadOnlySpan<char> text, out string value)
    {
        if (text.IsEmpty || text[0] is not ('"' or '\''))
        {
            value = WithoutComment(text).ToString();
            return true;
        }

        var end = text[1..].IndexOf(text[0]);
        value = end < 0 ? "" : text[1..(end + 1)].ToString();
        return end >= 0 && WithoutComment(text[(end + 2)..]).IsEmpty;
    }

    private static ReadOnlySpan<char> WithoutComment(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '#' && (i == 0 || char.IsWhiteSpace(text[i - 1])))
            {
                return text[..i].TrimEnd();
            }
        }

        return text.TrimEnd();
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }

        return name.Length > 0 && !char.IsAsciiDigit(name[0]);
    }
}
