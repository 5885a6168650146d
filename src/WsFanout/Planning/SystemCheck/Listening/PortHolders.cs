using System.Globalization;
using WsFanout.Governor.Meters;
using WsFanout.Planning.SystemCheck.Machine;

namespace WsFanout.Planning.SystemCheck.Listening;

/// <summary>Finds out who listens on a port, as far as the kernel's files tell this user.</summary>
internal sealed class PortHolders(FactFiles files)
{
    private const string Listens = "0A";
    private const int LocalAddress = 1, State = 3, Inode = 9;

    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <returns>Null when it can't be seen: another user's process, or one of another container.</returns>
    public PortHolder? Find(int port)
    {
        var sockets = Tables.SelectMany(path => SocketsIn(path, port)).ToHashSet(StringComparer.Ordinal);
        return sockets.Count == 0 ? null : Processes().Where(process => Holds(process, sockets)).Select(Describe).FirstOrDefault();
    }

    private IEnumerable<string> SocketsIn(string path, int port)
    {
        var text = files.Text(path);
        if (!text.IsKnown) yield break;
        var wanted = port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (var line in text.Value.Split('\n').Skip(1))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > Inode && words[State] == Listens && words[LocalAddress].EndsWith($":{wanted}", StringComparison.Ordinal)) yield return $"socket:[{words[Inode]}]";
        }
    }

    private IEnumerable<int> Processes() => Directory.EnumerateDirectories(CgroupPaths.In(files.Root, "/proc"))
        .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process) ? process : 0)
        .Where(process => process > 0);

    private bool Holds(int process, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(CgroupPaths.In(files.Root, $"/proc/{process}/fd")).Any(link => new FileInfo(link).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            // Another user's, or gone meanwhile.
            return false;
        }
    }

    private PortHolder Describe(int process)
    {
        var name = files.Text($"/proc/{process}/comm");
        var words = files.Text($"/proc/{process}/cmdline").Value.Split('\0');

        // The program itself, or the runtime with the program as its argument.
        var isOurs = words.Take(3).Any(word => Path.GetFileName(word) is "wsfanout" or "wsfanout.dll");
        return new PortHolder(process, name.IsKnown ? name.Value.Trim() : "unknown", isOurs);
    }
}
