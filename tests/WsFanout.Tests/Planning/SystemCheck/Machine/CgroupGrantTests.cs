using WsFanout.Planning.SystemCheck;

namespace WsFanout.Tests.Planning.SystemCheck.Machine;

/// <summary>What a container grants, in both versions of cgroups.</summary>
public sealed class CgroupGrantTests : IDisposable
{
    private readonly FitMachine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_quota_below_the_CPU_that_is_counted_on_is_a_warning_that_names_the_file(int version)
    {
        Joined(version);
        if (version == 2) _machine.With("/sys/fs/cgroup/ws/cpu.max", "50000 100000\n");
        else _machine.With("/sys/fs/cgroup/cpu/ws/cpu.cfs_quota_us", "50000\n").With("/sys/fs/cgroup/cpu/ws/cpu.cfs_period_us", "100000\n");

        var finding = _machine.Look("cpu");

        Assert.Equal((Verdict.Warning, "1.8 cores (WS_CPU_LIMIT)"), (finding.Verdict, finding.Needed));
        Assert.Contains("quota of 0.5 in /sys/fs/cgroup/", finding.Found, StringComparison.Ordinal);
        Assert.Equal(["compose: cpus: 1.8", "docker run --cpus 1.8", "systemd: CPUQuota=180%", "WS_CPU_LIMIT=0.5"], finding.Cure);
    }

    [Theory]
    [InlineData(1, 1500, nameof(Verdict.Error))]
    [InlineData(2, 1500, nameof(Verdict.Error))]
    [InlineData(2, 1780, nameof(Verdict.Warning))]
    [InlineData(1, 1792, nameof(Verdict.Ok))]
    [InlineData(2, 1792, nameof(Verdict.Ok))]
    public void A_limit_below_the_memory_that_is_counted_on_is_an_error_where_the_kernel_ends_the_process_first(int version, long megabytes, string verdict)
    {
        Joined(version).With(version == 2 ? "/sys/fs/cgroup/ws/memory.max" : "/sys/fs/cgroup/memory/ws/memory.limit_in_bytes", $"{megabytes << 20}\n");

        var finding = _machine.Look("memory");

        Assert.Equal(verdict, finding.Verdict.ToString());
        Assert.Contains($"limit of {megabytes}MB in /sys/fs/cgroup/", finding.Found, StringComparison.Ordinal);
        if (verdict != nameof(Verdict.Ok)) Assert.Contains($"WS_MEMORY_LIMIT={megabytes}MB", finding.Cure);
    }

    [Fact]
    public void Clients_that_need_more_than_the_container_has_are_a_warning()
    {
        Joined(2).With("/sys/fs/cgroup/ws/memory.max", $"{400L << 20}\n");

        var finding = _machine.Look("memory_for_clients", ("WS_MEMORY_LIMIT", "400MB"));

        Assert.Equal(Verdict.Warning, finding.Verdict);
        Assert.StartsWith("596MB for 10000 clients", finding.Needed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 50, 20, nameof(Verdict.Error))]
    [InlineData(2, 50, 20, nameof(Verdict.Error))]
    [InlineData(1, 100, 60, nameof(Verdict.Warning))]
    [InlineData(2, 100, 60, nameof(Verdict.Warning))]
    [InlineData(1, 500, 60, nameof(Verdict.Ok))]
    [InlineData(2, 500, 60, nameof(Verdict.Ok))]
    public void Threads_must_fit_into_the_pids_limit(int version, int most, int used, string verdict)
    {
        var directory = version == 2 ? "/sys/fs/cgroup/ws" : "/sys/fs/cgroup/pids/ws";
        Joined(version).With($"{directory}/pids.max", $"{most}\n").With($"{directory}/pids.current", $"{used}\n");

        var finding = _machine.Look("threads");

        Assert.Equal(verdict, finding.Verdict.ToString());
        Assert.Contains($"{most - used} free of {most} in {directory}/pids.max", finding.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("40", nameof(Verdict.Error))]
    [InlineData("unlimited", nameof(Verdict.Ok))]
    public void Threads_must_fit_into_the_user_s_limit(string processes, string verdict) =>
        Assert.Equal(verdict, _machine.With("/proc/self/limits", FitMachine.Limits("65536", processes)).Look("threads").Verdict.ToString());

    [Fact]
    public void No_limit_of_pids_limits_nothing() =>
        Assert.Contains("no pids limit", Joined(2).With("/sys/fs/cgroup/ws/pids.max", "max\n").Look("threads").Found, StringComparison.Ordinal);

    [Theory]
    [InlineData(1, "cpu/ws/cpu.cfs_quota_us", "cpu")]
    [InlineData(2, "ws/cpu.max", "cpu")]
    [InlineData(1, "memory/ws/memory.limit_in_bytes", "memory")]
    [InlineData(2, "ws/memory.max", "memory")]
    [InlineData(1, "pids/ws/pids.max", "threads")]
    [InlineData(2, "ws/pids.max", "threads")]
    public void A_limit_that_is_rubbish_is_unknown_and_not_none(int version, string file, string name)
    {
        foreach (var rubbish in (string[])["rubbish", "", "12monkeys 100000"])
        {
            var finding = Joined(version).With($"/sys/fs/cgroup/{file}", rubbish).Look(name);

            Assert.Equal(Verdict.Unknown, finding.Verdict);
            Assert.Contains(file, finding.Detail, StringComparison.Ordinal);
        }
    }

    private FitMachine Joined(int version) => version == 2
        ? _machine.With("/proc/self/cgroup", "0::/ws\n").With("/proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n")
        : _machine.With("/proc/self/cgroup", "4:pids:/ws\n3:memory:/ws\n2:cpu:/ws\n").With(
            "/proc/self/mountinfo",
            "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n34 31 0:31 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n");
}
