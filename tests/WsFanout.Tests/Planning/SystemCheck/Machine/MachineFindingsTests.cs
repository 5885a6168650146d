using WsFanout.Planning.SystemCheck;
using WsFanout.Planning.SystemCheck.Machine;

namespace WsFanout.Tests.Planning.SystemCheck.Machine;

public sealed class MachineFindingsTests : IDisposable
{
    private readonly FitMachine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void A_machine_that_has_all_that_is_needed_is_ok_in_every_point()
    {
        var findings = _machine.Look();

        Assert.All(findings, finding => Assert.True(finding.Verdict == Verdict.Ok, $"{finding.Name} is {finding.Verdict}: {finding.Detail}"));
        Assert.All(findings, finding => Assert.Empty(finding.Cure));
        Assert.Equal(findings.Count, findings.Select(finding => finding.Name).Distinct().Count());
    }

    [Theory]
    [InlineData("/proc/sys/fs/file-nr", "495000\t0\t500000\n", "file_max", "sysctl -w fs.file-max=")]
    [InlineData("/proc/sys/net/core/somaxconn", "128\n", "somaxconn", "sysctl -w net.core.somaxconn=4096")]
    [InlineData("/proc/sys/net/ipv4/ip_local_port_range", "60000 60999\n", "port_range", "net.ipv4.ip_local_port_range='32768 60999'")]
    [InlineData("/proc/sys/net/ipv4/tcp_mem", "4000 6000 12000\n", "tcp_mem", "net.ipv4.tcp_mem='15006 20008 30012'")]
    [InlineData("/proc/sys/net/netfilter/nf_conntrack_count", "60000\n", "conntrack", "net.netfilter.nf_conntrack_max=140000")]
    public void A_limit_that_is_too_low_is_a_warning_with_the_command_that_mends_it_and_the_one_that_keeps_it(string path, string content, string name, string cure)
    {
        var finding = _machine.With(path, content).Look(name);

        Assert.Equal(Verdict.Warning, finding.Verdict);
        Assert.Contains(cure, finding.Cure[0], StringComparison.Ordinal);
        Assert.Contains("/etc/sysctl.d/90-wsfanout.conf", finding.Cure[1], StringComparison.Ordinal);
        Assert.NotNull(finding.Needed);
        Assert.NotNull(finding.Found);
        Assert.NotNull(finding.Detail);
        Assert.Equal(1, _machine.Look().Count(other => other.Verdict != Verdict.Ok));
    }

    [Fact]
    public void Too_few_descriptors_are_an_error_with_every_way_to_raise_them()
    {
        var finding = _machine.With("/proc/self/limits", FitMachine.Limits(openFiles: "1024")).Look("nofile");

        Assert.Equal((Verdict.Error, "1024"), (finding.Verdict, finding.Found));
        Assert.StartsWith("10256 ", finding.Needed, StringComparison.Ordinal);
        string[] starts = ["ulimit -n 16384", "compose: ulimits: { nofile: { soft: 16384", "docker run --ulimit nofile=16384", "systemd: LimitNOFILE=16384"];
        Assert.Equal(starts.Length, finding.Cure.Count);
        Assert.All(starts.Zip(finding.Cure), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
    }

    [Fact]
    public void No_limit_of_descriptors_is_enough() => Assert.Equal(Verdict.Ok, _machine.With("/proc/self/limits", FitMachine.Limits("unlimited", "unlimited")).Look("nofile").Verdict);

    [Fact]
    public void Clients_that_take_more_than_all_memory_of_sockets_are_an_error()
    {
        var finding = _machine.With("/proc/sys/net/ipv4/tcp_mem", "2000 4000 8000\n").Look("tcp_mem");

        Assert.Equal(Verdict.Error, finding.Verdict);
        Assert.Contains("out of memory", finding.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_that_other_sockets_have_already_count()
    {
        _machine.With("/proc/net/sockstat", "TCP: inuse 20 orphan 0 tw 7 alloc 25 mem 75000\n");

        Assert.Equal(Verdict.Warning, _machine.Look("tcp_mem").Verdict);
    }

    [Theory]
    [InlineData("0", "2048", nameof(Verdict.Warning))]
    [InlineData("0", "4096", nameof(Verdict.Ok))]
    [InlineData("1", "128", nameof(Verdict.Ok))]
    public void The_syn_backlog_counts_only_without_cookies(string cookies, string backlog, string verdict)
    {
        _machine.With("/proc/sys/net/ipv4/tcp_syncookies", cookies).With("/proc/sys/net/ipv4/tcp_max_syn_backlog", backlog);

        Assert.Equal(verdict, _machine.Look("syn_backlog").Verdict.ToString());
    }

    [Fact]
    public void A_backlog_shorter_than_a_second_of_connects_is_a_warning()
    {
        var finding = _machine.Look("somaxconn", ("WS_LISTEN_BACKLOG", "1000"));

        Assert.Equal(Verdict.Warning, finding.Verdict);
        Assert.Equal("WS_LISTEN_BACKLOG=2250, and net.core.somaxconn as much", Assert.Single(finding.Cure));
    }

    [Fact]
    public void A_port_that_an_outgoing_connection_may_have_is_a_warning_until_it_is_reserved()
    {
        var port = ("WS_ADDR", ":40000");
        var open = _machine.Look("listen_port", port);
        Assert.Equal(Verdict.Warning, open.Verdict);
        Assert.Contains("ip_local_reserved_ports=40000", open.Cure[0], StringComparison.Ordinal);

        _machine.With("/proc/sys/net/ipv4/ip_local_reserved_ports", "8080,39000-41000\n");
        Assert.Equal(Verdict.Ok, _machine.Look("listen_port", port).Verdict);
    }

    [Fact]
    public void The_range_of_ports_says_whom_it_is_for()
    {
        var finding = _machine.Look("port_range", ("WS_MAX_CONNECTIONS", "50000"));

        Assert.Equal(Verdict.Ok, finding.Verdict);
        Assert.Contains("whose clients take none", finding.Detail, StringComparison.Ordinal);
        Assert.Contains("28232 connections to it for each source address", finding.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8000, 100, nameof(Verdict.Error))]
    [InlineData(10050, 100, nameof(Verdict.Warning))]
    [InlineData(0, 100, nameof(Verdict.Ok))]
    public void The_table_of_connections_must_have_room_for_the_clients(long most, long count, string verdict)
    {
        _machine.With("/proc/sys/net/netfilter/nf_conntrack_max", $"{most}").With("/proc/sys/net/netfilter/nf_conntrack_count", $"{count}");

        Assert.Equal(verdict, _machine.Look("conntrack").Verdict.ToString());
    }

    [Fact]
    public void Without_the_module_no_table_can_be_full_but_a_container_can_not_know_that()
    {
        _machine.Without("/proc/sys/net/netfilter/nf_conntrack_max").Without("/proc/sys/net/netfilter/nf_conntrack_count");
        Assert.Equal(Verdict.Skipped, _machine.Look("conntrack").Verdict);

        _machine.With("/.dockerenv", "");
        var finding = _machine.Look("conntrack");
        Assert.Equal(Verdict.Unknown, finding.Verdict);
        Assert.Contains("host", finding.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_container_what_is_the_host_s_is_unknown_and_what_is_its_own_is_mended_there()
    {
        _machine.With("/.dockerenv", "").Without("/proc/sys/net/ipv4/tcp_mem").With("/proc/sys/net/core/somaxconn", "128\n").With("/proc/meminfo", FitMachine.MemInfo(swapMegabytes: 512));

        Assert.Equal(Verdict.Unknown, _machine.Look("tcp_mem").Verdict);
        Assert.Contains("not shown in this container", _machine.Look("tcp_mem").Detail, StringComparison.Ordinal);
        Assert.StartsWith("docker run --sysctl net.core.somaxconn", _machine.Look("somaxconn").Cure[0], StringComparison.Ordinal);
        Assert.StartsWith("on the host: sysctl -w vm.swappiness", _machine.Look("swap").Cure[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 60, nameof(Verdict.Ok))]
    [InlineData(512, 10, nameof(Verdict.Ok))]
    [InlineData(512, 60, nameof(Verdict.Warning))]
    public void Swap_matters_when_it_is_used_early(long megabytes, int swappiness, string verdict)
    {
        _machine.With("/proc/meminfo", FitMachine.MemInfo(swapMegabytes: megabytes)).With("/proc/sys/vm/swappiness", $"{swappiness}");

        Assert.Equal(verdict, _machine.Look("swap").Verdict.ToString());
    }

    [Theory]
    [InlineData(0, 600, nameof(Verdict.Ok))]
    [InlineData(1, 600, nameof(Verdict.Ok))]
    [InlineData(2, 4000, nameof(Verdict.Ok))]
    [InlineData(2, 2000, nameof(Verdict.Warning))]
    public void Memory_must_be_promised_only_where_the_kernel_is_strict(int mode, long committable, string verdict)
    {
        _machine.With("/proc/sys/vm/overcommit_memory", $"{mode}").With("/proc/meminfo", FitMachine.MemInfo(committableMegabytes: committable));

        Assert.Equal(verdict, _machine.Look("overcommit").Verdict.ToString());
    }

    [Fact]
    public void Memory_that_others_have_is_not_there() =>
        Assert.Equal(Verdict.Warning, _machine.With("/proc/meminfo", FitMachine.MemInfo(availableMegabytes: 300)).Look("memory_available").Verdict);

    [Theory]
    [InlineData(true, nameof(Verdict.Ok))]
    [InlineData(false, nameof(Verdict.Warning))]
    public void A_clock_that_nobody_keeps_right_is_a_warning(bool isSynchronised, string verdict)
    {
        _machine.Clock = new KernelClock(isSynchronised, TimeSpan.FromSeconds(16));

        Assert.Equal(verdict, _machine.Look("clock").Verdict.ToString());
    }

    [Fact]
    public void A_clock_that_the_system_says_nothing_of_is_unknown()
    {
        _machine.Clock = null;

        Assert.Equal(Verdict.Unknown, _machine.Look("clock").Verdict);
    }

    [Fact]
    public void This_machine_s_kernel_says_what_it_knows_of_its_clock()
    {
        var clock = KernelClock.Read();

        Assert.Equal(OperatingSystem.IsLinux(), clock is not null);
        if (clock is { IsSynchronised: true }) Assert.InRange(clock.MaxError, TimeSpan.Zero, TimeSpan.FromSeconds(16));
    }
}
