using WsFanout.Planning.SystemCheck;

namespace WsFanout.Tests.Planning.SystemCheck.Machine;

/// <summary>What can't be read is never a pass.</summary>
public sealed class UnknownFactTests : IDisposable
{
    private const string Directory = "<a directory>";

    private readonly FitMachine _machine = new();

    public static TheoryData<string, string, string?> Damages()
    {
        var data = new TheoryData<string, string, string?>();
        (string Path, string Name)[] files =
        [
            ("/proc/self/limits", "nofile"), ("/proc/self/limits", "threads"), ("/proc/sys/fs/file-nr", "file_max"), ("/proc/sys/net/core/somaxconn", "somaxconn"),
            ("/proc/sys/net/ipv4/tcp_max_syn_backlog", "syn_backlog"), ("/proc/sys/net/ipv4/tcp_syncookies", "syn_backlog"), ("/proc/sys/net/ipv4/ip_local_port_range", "port_range"),
            ("/proc/net/sockstat", "time_wait"), ("/proc/net/sockstat", "tcp_mem"), ("/proc/sys/net/ipv4/tcp_mem", "tcp_mem"), ("/proc/sys/net/netfilter/nf_conntrack_max", "conntrack"),
            ("/proc/sys/net/netfilter/nf_conntrack_count", "conntrack"), ("/proc/meminfo", "memory"), ("/proc/meminfo", "memory_available"), ("/proc/meminfo", "swap"),
            ("/proc/sys/vm/swappiness", "swap"), ("/proc/sys/vm/overcommit_memory", "overcommit"),
        ];
        foreach (var (path, name) in files)
        {
            foreach (var content in (string?[])["", "rubbish", "-4\n", "99999999999999999999999", Directory]) data.Add(path, name, content);

            // Without it, no module tracks connections: that is known.
            if (path != "/proc/sys/net/netfilter/nf_conntrack_max") data.Add(path, name, null);
        }

        return data;
    }

    public void Dispose() => _machine.Dispose();

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_file_that_is_missing_unreadable_or_full_of_rubbish_makes_its_point_unknown_and_is_named(string path, string name, string? content)
    {
        _machine.Without(path);
        if (content == Directory) System.IO.Directory.CreateDirectory(_machine.Root + path);
        else if (content is not null) _machine.With(path, content);

        var finding = _machine.Look(name);

        Assert.Equal(Verdict.Unknown, finding.Verdict);
        Assert.Contains(path, finding.Detail, StringComparison.Ordinal);
        Assert.Null(finding.Found);
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("memory")]
    [InlineData("threads")]
    public void Without_the_list_of_cgroups_their_limits_are_unknown(string name)
    {
        _machine.Without("/proc/self/cgroup");

        Assert.Equal(Verdict.Unknown, _machine.Look(name).Verdict);
    }

    [Fact]
    public void A_system_without_proc_is_unknown_in_every_point_but_the_clock()
    {
        System.IO.Directory.Delete(Path.Combine(_machine.Root, "proc"), recursive: true);

        var findings = _machine.Look().Where(finding => finding.Name != "clock").ToList();

        Assert.NotEmpty(findings);
        Assert.All(findings, finding => Assert.Equal(Verdict.Unknown, finding.Verdict));
        Assert.All(findings, finding => Assert.Contains("this system has no /proc", finding.Detail, StringComparison.Ordinal));
    }
}
