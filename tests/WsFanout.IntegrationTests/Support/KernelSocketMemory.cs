using System.Globalization;

namespace WsFanout.IntegrationTests.Support;

/// <summary>What the kernel holds for the TCP sockets of this network namespace.</summary>
internal static class KernelSocketMemory
{
    /// <summary>Bytes, in whole pages.</summary>
    public static long Read()
    {
        var words = File.ReadLines("/proc/net/sockstat").Single(line => line.StartsWith("TCP:", StringComparison.Ordinal)).Split(' ');
        return long.Parse(words[Array.IndexOf(words, "mem") + 1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }
}
