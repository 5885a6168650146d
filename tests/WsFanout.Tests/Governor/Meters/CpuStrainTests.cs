using WsFanout.Governor.Meters;

namespace WsFanout.Tests.Governor.Meters;

public sealed class CpuStrainTests : IDisposable
{
    private const string V2Mount = "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup rw,nsdelegate\n";
    private const string Own = "/sys/fs/cgroup/app/ws";

    private readonly FakeTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void Throttling_is_told_in_seconds_since_the_start()
    {
        InV2().With($"{Own}/cpu.stat", "usage_usec 1\nthrottled_usec 7000000\n");
        var strain = new CpuStrain(_tree.Root);
        Assert.Equal(0, strain.ThrottledSeconds);

        _tree.With($"{Own}/cpu.stat", "usage_usec 1\nthrottled_usec 8500000\n");
        strain.Sample();

        Assert.Equal(1.5, strain.ThrottledSeconds, precision: 6);
    }

    [Fact]
    public void Throttling_is_that_of_the_cgroup_with_the_tightest_quota()
    {
        InV2().WithCpu("/sys/fs/cgroup/app", "20000 100000", "").With("/sys/fs/cgroup/app/cpu.stat", "throttled_usec 0\n");
        var strain = new CpuStrain(_tree.Root);

        _tree.With("/sys/fs/cgroup/app/cpu.stat", "throttled_usec 2000000\n").With($"{Own}/cpu.stat", "throttled_usec 9000000\n");
        strain.Sample();

        Assert.Equal(2, strain.ThrottledSeconds, precision: 6);
    }

    [Fact]
    public void Version_1_tells_throttling_in_nanoseconds_beside_the_quota()
    {
        const string own = "/sys/fs/cgroup/cpu/ws";
        _tree.With("/proc/self/cgroup", "1:cpu:/ws\n").With("/proc/self/mountinfo", "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n")
            .With($"{own}/cpu.stat", "nr_periods 3\nnr_throttled 2\nthrottled_time 500000000\n");
        var strain = new CpuStrain(_tree.Root);

        _tree.With($"{own}/cpu.stat", "nr_periods 3\nnr_throttled 2\nthrottled_time 750000000\n");
        strain.Sample();

        Assert.Equal(0.25, strain.ThrottledSeconds, precision: 6);
    }

    [Fact]
    public void A_counter_that_starts_again_is_followed_from_there()
    {
        InV2().With($"{Own}/cpu.stat", "throttled_usec 7000000\n");
        var strain = new CpuStrain(_tree.Root);

        foreach (var microseconds in new[] { "8000000", "rubbish", "0", "500000" })
        {
            _tree.With($"{Own}/cpu.stat", $"throttled_usec {microseconds}\n");
            strain.Sample();
        }

        Assert.Equal(1.5, strain.ThrottledSeconds, precision: 6);
    }

    [Fact]
    public void Steal_is_that_of_all_cores_since_the_start()
    {
        _tree.With("/proc/stat", "cpu  10 20 30 40 50 60 70 1000 0 0\ncpu0 1 2 3 4 5 6 7 500 0 0\n");
        var strain = new CpuStrain(_tree.Root);

        _tree.With("/proc/stat", "cpu  10 20 30 40 50 60 70 1250 0 0\ncpu0 1 2 3 4 5 6 7 500 0 0\n");
        strain.Sample();

        Assert.Equal(2.5, strain.StealSeconds, precision: 6);
    }

    [Fact]
    public void Pressure_is_the_own_cgroup_s_where_it_has_one_and_the_machine_s_elsewhere()
    {
        const string machine = "some avg10=12.50 avg60=1.00 avg300=0.00 total=1\nfull avg10=99.00 avg60=0.00 avg300=0.00 total=1\n";
        InV2().With("/proc/pressure/cpu", machine);
        Assert.Equal(12.5, new CpuStrain(_tree.Root).PressurePercent);

        _tree.With($"{Own}/cpu.pressure", "some avg10=3.25 avg60=1.00 avg300=0.00 total=1\n");
        Assert.Equal(3.25, new CpuStrain(_tree.Root).PressurePercent);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("some avg10=much\n")]
    [InlineData("cpu 1 2 3\n")]
    public void What_the_system_does_not_tell_is_not_a_number(string? rubbish)
    {
        if (rubbish is not null) InV2().With($"{Own}/cpu.stat", rubbish).With("/proc/stat", rubbish).With("/proc/pressure/cpu", rubbish);

        var strain = new CpuStrain(_tree.Root);

        Assert.Equal((double.NaN, double.NaN, double.NaN), (strain.ThrottledSeconds, strain.StealSeconds, strain.PressurePercent));
    }

    private FakeTree InV2() =>
        _tree.With("/proc/self/cgroup", "0::/app/ws\n").With("/proc/self/mountinfo", V2Mount).WithCpu(Own, "max 100000", "7\n");
}
