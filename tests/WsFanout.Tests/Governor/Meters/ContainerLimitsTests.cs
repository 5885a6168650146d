using WsFanout.Governor.Meters;

namespace WsFanout.Tests.Governor.Meters;

public sealed class ContainerLimitsTests : IDisposable
{
    private const string V2Mount = "31 23 0:28 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup rw,nsdelegate\n";
    private const string V1Mounts =
        "30 23 0:27 / / rw - overlay overlay rw\n" +
        "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n" +
        "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:7 master:1 - cgroup cgroup rw,memory\n";

    private readonly FakeTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void Version_2_limits_are_read_at_the_joined_path()
    {
        _tree.With("/proc/self/cgroup", "0::/app.slice/ws\n").With("/proc/self/mountinfo", V2Mount)
            .With("/sys/fs/cgroup/app.slice/ws/cpu.max", "180000 100000\n")
            .With("/sys/fs/cgroup/app.slice/ws/memory.max", "1879048192\n");

        var limits = ContainerLimits.Read(_tree.Root);

        Assert.Equal(new ContainerLimits(1.8, "/sys/fs/cgroup/app.slice/ws/cpu.max", 1_879_048_192, "/sys/fs/cgroup/app.slice/ws/memory.max"), limits);
    }

    [Fact]
    public void The_tightest_limit_between_the_joined_path_and_the_root_counts()
    {
        _tree.With("/proc/self/cgroup", "0::/app.slice/ws\n").With("/proc/self/mountinfo", V2Mount)
            .With("/sys/fs/cgroup/app.slice/ws/cpu.max", "max 100000\n")
            .With("/sys/fs/cgroup/app.slice/cpu.max", "50000 100000\n")
            .With("/sys/fs/cgroup/app.slice/ws/memory.max", "300000000\n")
            .With("/sys/fs/cgroup/app.slice/memory.max", "200000000\n");

        var limits = ContainerLimits.Read(_tree.Root);

        Assert.Equal((0.5, 200_000_000), (limits.CpuCores, limits.MemoryBytes));
    }

    [Fact]
    public void A_path_of_the_host_that_is_not_visible_falls_back_to_the_mounts_root()
    {
        _tree.With("/proc/self/cgroup", "0::/docker/0123abcd\n").With("/proc/self/mountinfo", V2Mount)
            .With("/sys/fs/cgroup/cpu.max", "150000 100000\n")
            .With("/sys/fs/cgroup/memory.max", "536870912\n");

        var limits = ContainerLimits.Read(_tree.Root);

        Assert.Equal((1.5, 536_870_912), (limits.CpuCores, limits.MemoryBytes));
    }

    [Fact]
    public void The_root_of_a_bind_mount_is_taken_off_the_path()
    {
        _tree.With("/proc/self/cgroup", "4:memory:/docker/0123abcd/inner\n")
            .With("/proc/self/mountinfo", "35 31 0:32 /docker/0123abcd /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n")
            .With("/sys/fs/cgroup/memory/inner/memory.limit_in_bytes", "268435456\n");

        var limits = ContainerLimits.Read(_tree.Root);

        Assert.Equal("/sys/fs/cgroup/memory/inner/memory.limit_in_bytes", limits.MemorySource);
        Assert.Equal(268_435_456, limits.MemoryBytes);
    }

    [Fact]
    public void Version_1_limits_are_read_from_each_controllers_own_tree()
    {
        _tree.With("/proc/self/cgroup", "4:memory:/ws\n2:cpu,cpuacct:/ws\n0::/\n").With("/proc/self/mountinfo", V1Mounts)
            .With("/sys/fs/cgroup/cpu,cpuacct/ws/cpu.cfs_quota_us", "90000\n")
            .With("/sys/fs/cgroup/cpu,cpuacct/ws/cpu.cfs_period_us", "100000\n")
            .With("/sys/fs/cgroup/memory/ws/memory.limit_in_bytes", "1073741824\n");

        var limits = ContainerLimits.Read(_tree.Root);

        Assert.Equal((0.9, 1_073_741_824), (limits.CpuCores, limits.MemoryBytes));
    }

    [Theory]
    [InlineData("max 100000", "max")]
    [InlineData("-1", "9223372036854771712")]
    [InlineData("", "")]
    [InlineData("0 100000", "0")]
    [InlineData("100000 0", "-1")]
    [InlineData("rubbish 1", "12 monkeys")]
    [InlineData("99999999999999999999 100000", "99999999999999999999")]
    public void What_is_no_limit_is_none(string cpu, string memory)
    {
        _tree.With("/proc/self/cgroup", "0::/\n4:memory:/\n2:cpu,cpuacct:/\n").With("/proc/self/mountinfo", V2Mount + V1Mounts)
            .With("/sys/fs/cgroup/cpu.max", cpu).With("/sys/fs/cgroup/memory.max", memory)
            .With("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", cpu).With("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000")
            .With("/sys/fs/cgroup/memory/memory.limit_in_bytes", memory);

        var limits = ContainerLimits.Read(_tree.Root);

        Assert.Equal(ContainerLimits.None, limits);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("0::/../../other\n", V2Mount)]
    [InlineData("nonsense\n::\n0::\n", "short line\n1 2 3 / /x rw - cgroup2\n- - - - - - - -\n")]
    public void Missing_and_malformed_files_are_no_limit(string cgroup, string mountinfo)
    {
        _tree.With("/proc/self/cgroup", cgroup).With("/proc/self/mountinfo", mountinfo).With("/other/cpu.max", "1 1");

        Assert.Equal(ContainerLimits.None, ContainerLimits.Read(_tree.Root));
        Assert.Equal(ContainerLimits.None, ContainerLimits.Read(Path.Combine(_tree.Root, "nowhere")));
    }

    [Fact]
    public void This_machines_own_files_can_be_read()
    {
        var limits = ContainerLimits.Read();

        Assert.True(limits.CpuCores is null or > 0, $"read {limits}");
        Assert.True(limits.MemoryBytes is null or > 0, $"read {limits}");
    }
}
