using WsFanout.Governor.Meters;

namespace WsFanout.Tests.Governor.Meters;

/// <summary>Whose accounting is used, by what the machine looks like.</summary>
public sealed class OwnCgroupTests : IDisposable
{
    private const string V2Mount = "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup rw,nsdelegate\n";
    private const string Own = "/sys/fs/cgroup/app.slice/ws";
    private const string Process = "process";

    private readonly FakeTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void A_cgroup_whose_quota_is_the_limit_counts_with_everybody_in_it()
    {
        Joined("app.slice/ws").WithCpu(Own, quota: "50000 100000", processes: "7\n99\n0\n");

        Assert.Equal($"cgroup v2 {Own}", CpuSource(limitCores: 0.5));
    }

    [Theory]
    [InlineData("7\n")]
    [InlineData("1\n3\n7\n")]
    [InlineData("3\n7\n20\n21\n")]
    public void A_cgroup_without_a_quota_counts_when_only_this_process_its_ancestors_and_its_descendants_live_there(string processes)
    {
        Joined("app.slice/ws").WithCpu(Own, "max 100000", processes).WithProcess(20, parent: 7).WithProcess(21, parent: 20);

        Assert.Equal($"cgroup v2 {Own}", CpuSource(limitCores: 0.5));
    }

    [Theory]
    [InlineData("7\n30\n")] // a child of init, as under a supervisor
    [InlineData("7\n31\n")] // a child of the same shell
    [InlineData("7\n0\n")] // of another namespace
    [InlineData("7\n404\n")] // gone, or hidden from us
    [InlineData("7\nrubbish\n")]
    [InlineData("3\n1\n")] // not even this process is there
    [InlineData("")]
    public void A_cgroup_without_a_quota_that_others_live_in_does_not_count(string processes)
    {
        Joined("app.slice/ws").WithCpu(Own, "max 100000", processes).WithProcess(30, parent: 1).WithProcess(31, parent: 3);

        Assert.Equal(Process, CpuSource(limitCores: 0.5));
    }

    [Fact]
    public void Whoever_lives_in_a_cgroup_within_lives_in_the_cgroup()
    {
        Joined("app.slice/ws").WithCpu(Own, "max 100000", "7\n").With($"{Own}/deeper/still/cgroup.procs", "30\n").With($"{Own}/deeper/cgroup.procs", "")
            .WithProcess(30, parent: 1);

        Assert.Equal(Process, CpuSource(limitCores: 0.5));
    }

    [Theory]
    [InlineData(0.1, "7\n99\n", "process")]
    [InlineData(0.1, "7\n", "cgroup v2 " + Own)]
    [InlineData(1.99, "7\n99\n", "cgroup v2 " + Own)]
    [InlineData(4, "7\n99\n", "cgroup v2 " + Own)]
    public void A_limit_below_the_quota_is_a_share_of_this_process_unless_it_is_alone(double limit, string processes, string source)
    {
        Joined("app.slice/ws").WithCpu(Own, "200000 100000", processes);

        Assert.Equal(source, CpuSource(limit));
    }

    [Fact]
    public void The_tightest_quota_on_the_way_up_is_the_one_that_stops_us()
    {
        Joined("app.slice/ws").WithCpu(Own, "100000 100000", "7\n99\n").WithCpu("/sys/fs/cgroup/app.slice", "50000 100000", "");

        Assert.Equal("cgroup v2 /sys/fs/cgroup/app.slice", CpuSource(limitCores: 0.5));
    }

    [Fact]
    public void A_parent_without_a_quota_never_counts()
    {
        Joined("app.slice/ws").WithCpu(Own, "max 100000", "7\n99\n").WithCpu("/sys/fs/cgroup/app.slice", "max 100000", "7\n");

        Assert.Equal(Process, CpuSource(limitCores: 0.5));
    }

    [Fact]
    public void The_root_of_a_container_s_namespace_counts_and_the_machine_s_does_not()
    {
        const string root = "/sys/fs/cgroup";
        Joined("").WithCpu(root, "max 100000", "7\n");
        Assert.Equal($"cgroup v2 {root}", CpuSource(limitCores: 0.5));

        // The kernel makes this file in every cgroup but the real root.
        _tree.Without($"{root}/cgroup.type");
        Assert.Equal(Process, CpuSource(limitCores: 0.5));
    }

    [Fact]
    public void A_container_that_sees_itself_at_the_mount_s_root_is_held_against_its_quota()
    {
        Joined("docker/0123abcd/invisible").WithCpu("/sys/fs/cgroup", "150000 100000", "0\n");

        Assert.Equal("cgroup v2 /sys/fs/cgroup", CpuSource(limitCores: 1.5));
    }

    [Fact]
    public void Version_1_with_both_controllers_at_one_place_counts_by_the_quota()
    {
        const string own = "/sys/fs/cgroup/cpu,cpuacct/ws";
        _tree.WithSelf().With("/proc/self/cgroup", "2:cpu,cpuacct:/ws\n0::/\n")
            .With("/proc/self/mountinfo", "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n")
            .With($"{own}/cpuacct.usage", "1000\n").With($"{own}/cpu.cfs_quota_us", "90000\n").With($"{own}/cpu.cfs_period_us", "100000\n");

        Assert.Equal($"cgroup v1 {own}", CpuSource(limitCores: 0.9));
    }

    [Theory]
    [InlineData("/ws", "cgroup v1 /sys/fs/cgroup/cpuacct/ws")]
    [InlineData("/", "process")]
    [InlineData("/elsewhere", "process")]
    public void Version_1_with_the_accounting_mounted_apart_counts_only_when_it_is_joined_like_the_quota(string joined, string source)
    {
        _tree.WithSelf().With("/proc/self/cgroup", $"2:cpuacct:{joined}\n1:cpu:/ws\n0::/\n")
            .With("/proc/self/mountinfo", "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n33 31 0:30 / /sys/fs/cgroup/cpuacct rw - cgroup cgroup rw,cpuacct\n")
            .With("/sys/fs/cgroup/cpu/ws/cpu.cfs_quota_us", "90000\n").With("/sys/fs/cgroup/cpu/ws/cpu.cfs_period_us", "100000\n")
            .With("/sys/fs/cgroup/cpuacct/release_agent", "").With("/sys/fs/cgroup/cpuacct/cpuacct.usage", "5\n").With("/sys/fs/cgroup/cpuacct/cgroup.procs", "7\n")
            .With("/sys/fs/cgroup/cpuacct/ws/cpuacct.usage", "5\n").With("/sys/fs/cgroup/cpuacct/ws/cgroup.procs", "7\n99\n")
            .With("/sys/fs/cgroup/cpuacct/elsewhere/cpuacct.usage", "5\n").With("/sys/fs/cgroup/cpuacct/elsewhere/cgroup.procs", "7\n99\n");

        Assert.Equal(source, CpuSource(limitCores: 0.9));
    }

    [Fact]
    public void The_root_of_a_bind_mount_is_the_container()
    {
        _tree.WithSelf().With("/proc/self/cgroup", "4:cpuacct,cpu:/docker/0123abcd\n")
            .With("/proc/self/mountinfo", "35 31 0:32 /docker/0123abcd /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n")
            .With("/sys/fs/cgroup/cpu,cpuacct/cpuacct.usage", "5\n").With("/sys/fs/cgroup/cpu,cpuacct/cgroup.procs", "7\n");

        Assert.Equal("cgroup v1 /sys/fs/cgroup/cpu,cpuacct", CpuSource(limitCores: 1));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("usage_usec\n")]
    [InlineData("usage_usec -4\n")]
    [InlineData("usage_usec 12monkeys\n")]
    [InlineData("usage_usec 99999999999999999999999\n")]
    public void Accounting_that_cannot_be_read_at_the_start_is_not_used(string? stat)
    {
        Joined("app.slice/ws").WithCpu(Own, "50000 100000", "7\n").Without($"{Own}/cpu.stat");
        if (stat is not null) _tree.With($"{Own}/cpu.stat", stat);

        Assert.Equal(Process, CpuSource(limitCores: 0.5));
    }

    private FakeTree Joined(string path) => _tree.WithSelf().With("/proc/self/cgroup", $"0::/{path}\n").With("/proc/self/mountinfo", V2Mount);

    private string CpuSource(double limitCores) => CgroupCpu.Find(_tree.Root, limitCores)?.Source.Text ?? Process;
}
