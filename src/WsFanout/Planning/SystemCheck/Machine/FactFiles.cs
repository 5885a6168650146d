using System.Globalization;
using WsFanout.Governor.Meters;
using WsFanout.Hosting.Settings;

namespace WsFanout.Planning.SystemCheck.Machine;

/// <summary>Reads facts of the machine from the kernel's files, and says why where it can't.</summary>
/// <param name="root">Directory that stands for <c>/</c>.</param>
internal sealed class FactFiles(string root)
{
    private static readonly char[] Blanks = [' ', '\t'];

    public string Root => root;

    /// <summary>Whether this process lives in a container: then some of the kernel's files are missing or the host's. One without other traces has a network of its own, which has no <c>tcp_mem</c>.</summary>
    public bool IsContainer { get; } = File.Exists(CgroupPaths.In(root, "/.dockerenv")) || File.Exists(CgroupPaths.In(root, "/run/.containerenv"))
        || Directory.Exists(CgroupPaths.In(root, "/var/run/secrets/kubernetes.io"))
        || (Path.Exists(CgroupPaths.In(root, "/proc/sys/net/ipv4/tcp_syncookies")) && !Path.Exists(CgroupPaths.In(root, "/proc/sys/net/ipv4/tcp_mem")));

    public bool Has(string path) => Path.Exists(CgroupPaths.In(root, path));

    /// <summary>The whole of a file.</summary>
    public Fact<string> Text(string path)
    {
        if (!Has("/proc/self")) return new("", "this system has no /proc");
        try
        {
            using var file = new StreamReader(CgroupPaths.In(root, path));
            return new(file.ReadToEnd(), null);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return new("", IsContainer ? $"{path} is not shown in this container: it is the host's" : $"there is no {path}");
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            return new("", $"{path} can't be read by this user");
        }
    }

    /// <summary>A file that holds one whole number.</summary>
    public Fact<long> Number(string path) => Text(path).Then(text => Parse(path, text.Trim()));

    /// <summary>A file that holds so many whole numbers.</summary>
    public Fact<long[]> Numbers(string path, int count) => Text(path).Then(text =>
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var numbers = words.Select(word => CgroupPaths.Number(word)).OfType<long>().Where(number => number >= 0).ToArray();
        return words.Length == count && numbers.Length == count ? new Fact<long[]>(numbers, null) : new([], $"{path} says '{Shown(text)}', which is not {Count(count)}");
    });

    /// <summary>The words behind a name at the start of a line.</summary>
    public Fact<string[]> Line(string path, string name) => Text(path).Then(text =>
    {
        var line = text.Split('\n').FirstOrDefault(one => one.StartsWith(name, StringComparison.Ordinal));
        return line is null ? new Fact<string[]>([], $"{path} says nothing of '{name}'") : new(line[name.Length..].Split(Blanks, StringSplitOptions.RemoveEmptyEntries), null);
    });

    /// <summary>The first number behind a name at the start of a line: <c>MemTotal: 123 kB</c>.</summary>
    public Fact<long> Field(string path, string name) => Line(path, name).Then(words => Parse(path, words.FirstOrDefault() ?? ""));

    /// <summary>The number behind a word in a line of pairs: <c>TCP: inuse 5 orphan 0</c>.</summary>
    public Fact<long> Pair(string path, string name, string word) => Line(path, name).Then(words =>
    {
        var at = Array.IndexOf(words, word);
        return at < 0 || at + 1 == words.Length ? new Fact<long>(0, $"{path} says nothing of '{word}'") : Parse(path, words[at + 1]);
    });

    private static Fact<long> Parse(string path, string text) =>
        CgroupPaths.Number(text) is { } number and >= 0 ? new(number, null) : new(0, $"{path} says '{Shown(text)}', which is no number");

    private static string Count(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} numbers");

    private static string Shown(string text) => Masking.OneLine(text.Trim());
}
