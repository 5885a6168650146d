using System.Diagnostics;
using System.Globalization;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>
/// A cgroup of a test's own, real limits included: version 1 (a directory in each of cpu, cpuacct and memory) or version 2 (one directory).
/// Whatever still runs in it at the end of the test is killed, and it is removed.
/// </summary>
internal sealed class Cgroup : IAsyncDisposable
{
    private const string Prefix = "wsfanout-test-";
    private const int SigKill = 9;
    private const int PeriodMicroseconds = 100_000;

    private static readonly TimeSpan SlowStart = TimeSpan.FromSeconds(90);
    private static readonly Lazy<string?> Obstacle = new(Try);
    private static int _serial;

    private readonly CgroupLayout _layout;
    private readonly string _name;

    private Cgroup(CgroupLayout layout, string name)
    {
        _layout = layout;
        _name = name;
    }

    /// <summary>Whether this process may make cgroups with limits here. <see cref="FactInCgroupAttribute"/> skips a test where it may not.</summary>
    public static bool IsPossible => WhyNot is null;

    /// <summary>Why cgroups can't be made here; null where they can.</summary>
    public static string? WhyNot => Obstacle.Value;

    /// <summary>Directory with the CPU quota and its throttling.</summary>
    public string CpuDirectory => Path.Combine(_layout.Cpu, _name);

    /// <summary>Directory that counts the CPU time.</summary>
    public string AccountingDirectory => Path.Combine(_layout.Accounting, _name);

    public string MemoryDirectory => Path.Combine(_layout.Memory, _name);

    /// <summary>Words to put before a command line so that it runs in here from its first instruction on.</summary>
    public string[] Entrance =>
        ["sh", "-c", $"for d in {string.Join(' ', Directories)}; do echo $$ > $d/cgroup.procs || exit 99; done; exec \"$0\" \"$@\""];

    private IEnumerable<string> Directories => new[] { CpuDirectory, AccountingDirectory, MemoryDirectory }.Distinct();

    /// <param name="cpuCores">Quota; null for none.</param>
    /// <param name="memoryBytes">Limit, swap included; null for none.</param>
    public static Cgroup Create(double? cpuCores = null, long? memoryBytes = null)
    {
        var layout = CgroupLayout.Find() ?? throw new InvalidOperationException("no cgroup file system with cpu and memory");
        layout.RemoveLeftovers(Prefix);
        var cgroup = new Cgroup(layout, $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref _serial)}");
        layout.EnableControllers();
        foreach (var directory in cgroup.Directories) Directory.CreateDirectory(directory);
        if (cpuCores is not null) cgroup.SetCpu(cpuCores);
        if (memoryBytes is { } bytes) cgroup.SetMemory(bytes);
        return cgroup;
    }

    /// <summary>Changes the quota while all runs on. Up to it the cgroup comes before all other programs.</summary>
    /// <param name="cores">Null for no quota.</param>
    public void SetCpu(double? cores)
    {
        var quota = cores is { } given ? ((long)(given * PeriodMicroseconds)).ToString(CultureInfo.InvariantCulture) : null;
        if (_layout.IsV2) File.WriteAllText(Path.Combine(CpuDirectory, "cpu.max"), $"{quota ?? "max"} {PeriodMicroseconds}");
        else File.WriteAllText(Path.Combine(CpuDirectory, "cpu.cfs_quota_us"), quota ?? "-1");

        // Before everybody else: on a busy machine too it shall be the quota that holds it back.
        File.WriteAllText(Path.Combine(CpuDirectory, _layout.IsV2 ? "cpu.weight" : "cpu.shares"), _layout.IsV2 ? "10000" : "100000");
    }

    /// <summary>Changes the memory limit. Below what is used the kernel reclaims, then kills.</summary>
    public void SetMemory(long bytes)
    {
        File.WriteAllText(Path.Combine(MemoryDirectory, _layout.IsV2 ? "memory.max" : "memory.limit_in_bytes"), bytes.ToString(CultureInfo.InvariantCulture));
        var swap = Path.Combine(MemoryDirectory, _layout.IsV2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes");
        if (File.Exists(swap)) File.WriteAllText(swap, _layout.IsV2 ? "0" : bytes.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Starts the program of <see cref="ServerProgram"/> in here, with patience: under a small quota a start takes long.</summary>
    public Task<(ServerProgram Program, Uri Address)> ServeAsync(string folder, params (string Name, string Value)[] variables) =>
        ServerProgram.ServeAsync(folder, Entrance, SlowStart, variables);

    /// <summary>Starts any other program in here, such as one that burns CPU. It ends with the cgroup at the latest.</summary>
    public Process Start(string program, params string[] arguments)
    {
        var entrance = Entrance;
        return Process.Start(new ProcessStartInfo(entrance[0], [.. entrance[1..], program, .. arguments]))!;
    }

    /// <summary>Starts a program that keeps one core busy as long as the quota lets it.</summary>
    public Process StartBurner() => Start("sh", "-c", "while :; do :; done");

    public async ValueTask DisposeAsync()
    {
        await Wait.UntilAsync(
            () =>
            {
                var members = Directories.SelectMany(CgroupLayout.Members).Distinct().ToArray();
                foreach (var member in members) _ = ServerProgram.Kill(member, SigKill);
                return members.Length == 0;
            },
            $"every process in {CpuDirectory} should be gone");
        await Wait.UntilAsync(() => Directories.All(CgroupLayout.TryRemove), $"{CpuDirectory} and its kin should let themselves be removed");
    }

    private static string? Try()
    {
        if (CgroupLayout.Find() is not { } layout) return "no cgroup file system with cpu and memory is mounted";
        var probe = new Cgroup(layout, $"{Prefix}{Environment.ProcessId}-0");
        try
        {
            layout.EnableControllers();
            foreach (var directory in probe.Directories) Directory.CreateDirectory(directory);
            probe.SetCpu(1);
            probe.SetMemory(1L << 30);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cgroups with limits can't be made here, which takes root and a writable {layout.Cpu}: {e.Message}";
        }
        finally
        {
            foreach (var directory in probe.Directories) CgroupLayout.TryRemove(directory);
        }
    }
}
