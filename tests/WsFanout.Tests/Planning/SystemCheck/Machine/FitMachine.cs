using WsFanout.Planning.SystemCheck;
using WsFanout.Planning.SystemCheck.Machine;
using WsFanout.Tests.Governor.Meters;
using WsFanout.Tests.Hosting.Settings;

namespace WsFanout.Tests.Planning.SystemCheck.Machine;

/// <summary>The kernel's files of a machine that has all that 10,000 clients need. Each test spoils what it is about.</summary>
internal sealed class FitMachine : IDisposable
{
    private readonly FakeTree _tree = new();

    public FitMachine()
    {
        With("/proc/self/limits", Limits(openFiles: "65536"))
            .With("/proc/self/cgroup", "0::/\n")
            .With("/proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n")
            .With("/proc/sys/fs/file-nr", "1000\t0\t500000\n")
            .With("/proc/sys/net/core/somaxconn", "4096\n")
            .With("/proc/sys/net/ipv4/tcp_max_syn_backlog", "2048\n")
            .With("/proc/sys/net/ipv4/tcp_syncookies", "1\n")
            .With("/proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n")
            .With("/proc/sys/net/ipv4/ip_local_reserved_ports", "\n")
            .With("/proc/sys/net/ipv4/tcp_mem", "50000\t80000\t120000\n")
            .With("/proc/net/sockstat", "sockets: used 90\nTCP: inuse 20 orphan 0 tw 7 alloc 25 mem 4\nUDP: inuse 1 mem 0\n")
            .With("/proc/sys/net/netfilter/nf_conntrack_max", "65536\n")
            .With("/proc/sys/net/netfilter/nf_conntrack_count", "100\n")
            .With("/proc/sys/vm/swappiness", "60\n")
            .With("/proc/sys/vm/overcommit_memory", "0\n")
            .With("/proc/meminfo", MemInfo());
    }

    public string Root => _tree.Root;

    public KernelClock? Clock { get; set; } = new(true, TimeSpan.FromMilliseconds(20));

    public static string Limits(string openFiles, string processes = "7000") =>
        $"Limit                     Soft Limit           Hard Limit           Units     \nMax processes             {processes}                 9000                 processes \nMax open files            {openFiles}                65536                files     \n";

    public static string MemInfo(long availableMegabytes = 1500, long swapMegabytes = 0, long committableMegabytes = 4000) =>
        $"MemTotal:        {2048L << 10} kB\nMemFree:          100 kB\nMemAvailable:    {availableMegabytes << 10} kB\nSwapTotal:       {swapMegabytes << 10} kB\nCommitLimit:     {committableMegabytes << 10} kB\nCommitted_AS:    {500L << 10} kB\n";

    public FitMachine With(string path, string content)
    {
        _tree.With(path, content);
        return this;
    }

    public FitMachine Without(string path)
    {
        _tree.Without(path);
        return this;
    }

    /// <summary>What is found for the capacity plan's 10,000 clients on 1.8 cores and 1,792 MB, and these settings beside.</summary>
    public IReadOnlyList<Finding> Look(params (string Name, string Value)[] more)
    {
        (string Name, string Value)[] plan = [("WS_CPU_LIMIT", "1.8"), ("WS_MEMORY_LIMIT", "1792MB"), ("WS_MAX_CONNECTIONS", "10000")];
        var result = Reading.Of([.. plan.Where(variable => more.All(other => other.Name != variable.Name)), .. more]);
        var settings = Reading.Sound(result);
        return [.. MachineFindings.Of(new MachineView(new FactFiles(Root), Needs.Of(settings, result.Effective)) { Cores = 2, PageBytes = 4096, ReadClock = () => Clock })];
    }

    /// <summary>The one finding of that name.</summary>
    public Finding Look(string name, params (string Name, string Value)[] more) => Assert.Single(Look(more), finding => finding.Name == name);

    public void Dispose() => _tree.Dispose();
}
