namespace WsFanout.Telemetry;

/// <summary>How many file descriptors this process has open.</summary>
internal static class OpenDescriptors
{
    public const string Directory = "/proc/self/fd";

    /// <summary>Counts the entries of the kernel's list, the one that lists them left out.</summary>
    public static int Count() => System.IO.Directory.EnumerateFileSystemEntries(Directory).Count() - 1;
}
