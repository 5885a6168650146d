using System.Globalization;

namespace WsFanout.Governor.Meters;

/// <summary>Who lives in a cgroup.</summary>
internal static class Tenants
{
    /// <summary>More children than a server's own cgroup would ever have: somebody else manages it.</summary>
    private const int MostDirectories = 64;

    private const int MostProcesses = 1024;
    private const int LongestLine = 64;

    /// <summary>
    /// Whether this process is there and nobody else but its ancestors (an init like tini, a shell) and its descendants, in the cgroups within too.
    /// What can't be read, and a process that can't be seen from here (listed as 0), is somebody else.
    /// </summary>
    public static bool AreOnlyOurs(string root, CgroupDirectory directory)
    {
        if (ParentOf(root, "self") is not var (self, parent) || Listed(CgroupPaths.In(root, directory.Path)) is not { } listed || !listed.Contains(self)) return false;

        var ancestors = new HashSet<int>();
        for (var at = parent; at > 0 && ancestors.Count < LongestLine && ancestors.Add(at);) at = ParentOf(root, Text(at))?.Parent ?? 0;
        return listed.All(process => process == self || ancestors.Contains(process) || IsDescendant(root, process, self));
    }

    private static bool IsDescendant(string root, int process, int self)
    {
        for (var steps = 0; process > 0 && steps < LongestLine; steps++)
        {
            process = ParentOf(root, Text(process))?.Parent ?? 0;
            if (process == self) return true;
        }

        return false;
    }

    // "7 (a name (of any kind)) S 1 …"
    private static (int Process, int Parent)? ParentOf(string root, string process)
    {
        var line = CgroupPaths.Line(root, $"/proc/{process}/stat") ?? "";
        var open = line.IndexOf('(', StringComparison.Ordinal);
        var words = line[(line.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return open > 0 && words.Length > 1 && Number(line.AsSpan(0, open)) is { } number && Number(words[1]) is { } parent ? (number, parent) : null;
    }

    private static HashSet<int>? Listed(string directory)
    {
        var listed = new HashSet<int>();
        try
        {
            var within = Directory.EnumerateDirectories(directory, "*", SearchOption.AllDirectories).Take(MostDirectories + 1).ToArray();
            if (within.Length > MostDirectories) return null;
            foreach (var line in within.Prepend(directory).SelectMany(one => File.ReadLines(Path.Combine(one, "cgroup.procs"))))
            {
                if (Number(line) is not { } process || listed.Count == MostProcesses) return null;
                listed.Add(process);
            }

            return listed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Text(int process) => process.ToString(CultureInfo.InvariantCulture);

    private static int? Number(ReadOnlySpan<char> text) => int.TryParse(text, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) ? number : null;
}
