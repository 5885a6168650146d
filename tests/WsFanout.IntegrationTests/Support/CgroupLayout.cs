using System.Globalization;
using System.Runtime.InteropServices;
using WsFanout.Governor.Meters;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Where on this machine a test may make cgroups: the parents of its directories.</summary>
/// <param name="Cpu">Parent of the directory with the quota.</param>
/// <param name="Accounting">Parent of the one that counts CPU time; in version 2, and where version 1 mounts both at one place, the same.</param>
/// <param name="Memory">Parent of the one with the memory limit.</param>
internal sealed partial record CgroupLayout(bool IsV2, string Cpu, string Accounting, string Memory)
{
    /// <summary>Version 1 where its controllers are mounted, else version 2; null where neither is.</summary>
    public static CgroupLayout? Find()
    {
        // In version 1 a child of the own cgroup; in version 2 one with processes can't have such children, but the root can.
        if (V1("cpu", "cpu.shares") is { } cpu && V1("cpuacct", "cpuacct.usage") is { } accounting && V1("memory", "memory.usage_in_bytes") is { } memory)
        {
            return new CgroupLayout(false, cpu, accounting, memory);
        }

        var root = CgroupPaths.Of("/", "cpu").LastOrDefault(directory => HasControllers(Path.Combine(directory, "cgroup.controllers")));
        return root is null ? null : new CgroupLayout(true, root, root, root);
    }

    /// <summary>Lets children have limits.</summary>
    public void EnableControllers()
    {
        if (IsV2) File.WriteAllText(Path.Combine(Cpu, "cgroup.subtree_control"), "+cpu +memory");
    }

    /// <summary>Removes what test runs that were killed have left; only empty ones let themselves be removed.</summary>
    public void RemoveLeftovers(string prefix)
    {
        foreach (var parent in new[] { Cpu, Accounting, Memory }.Distinct())
        {
            foreach (var directory in Directory.EnumerateDirectories(parent, prefix + "*"))
            {
                var process = Path.GetFileName(directory)[prefix.Length..].Split('-')[0];
                if (!Directory.Exists($"/proc/{process}")) TryRemove(directory);
            }
        }
    }

    /// <summary>Processes directly in a cgroup; none when it is gone.</summary>
    public static IEnumerable<int> Members(string directory)
    {
        var file = Path.Combine(directory, "cgroup.procs");
        return File.Exists(file) ? File.ReadLines(file).Select(line => int.Parse(line, CultureInfo.InvariantCulture)) : [];
    }

    /// <summary>Whether the directory is gone now. Not by the base library, which would try to delete the files in it.</summary>
    public static bool TryRemove(string directory) => !Directory.Exists(directory) || RemoveDirectory(directory) == 0;

    private static string? V1(string controller, string file) => CgroupPaths.Of("/", controller).FirstOrDefault(directory => File.Exists(Path.Combine(directory, file)));

    private static bool HasControllers(string file) => File.Exists(file) && File.ReadAllText(file).Split() is var names && names.Contains("cpu") && names.Contains("memory");

    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RemoveDirectory(string path);
}
