namespace WsFanout.Governor.Meters;

/// <summary>Memory of the process by its own accounting, and what the machine's kernel holds for sockets.</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class ProcessMemory(string root)
{
    private const int ResidentColumn = 1;

    private readonly SmallFile? _pages = SmallFile.IfReadable(root, "/proc/self/statm");
    private readonly SmallFile? _sockets = SmallFile.IfReadable(root, "/proc/net/sockstat");

    /// <summary>Resident bytes; null when they can't be read.</summary>
    public long? Resident()
    {
        // Systems without /proc tell it slowly, but they tell it.
        if (_pages is null) return Environment.WorkingSet;
        return SmallFile.NumberAt(SmallFile.Word(_pages.Read(), ResidentColumn)) * Environment.SystemPageSize;
    }

    /// <summary>Bytes that the kernel holds for the TCP sockets of all programs of this machine; null when it doesn't tell.</summary>
    public long? Sockets()
    {
        if (_sockets is null) return null;
        var line = SmallFile.Line(_sockets.Read(), "TCP:"u8);
        var at = line.IndexOf("mem "u8);
        return at < 0 ? null : SmallFile.NumberAt(line[(at + "mem "u8.Length)..]) * Environment.SystemPageSize;
    }
}
