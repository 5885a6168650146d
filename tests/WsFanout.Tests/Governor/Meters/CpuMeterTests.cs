using System.Globalization;
using WsFanout.Governor.Meters;

namespace WsFanout.Tests.Governor.Meters;

public sealed class CpuMeterTests : IDisposable
{
    private const string Mount = "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup rw,nsdelegate\n";
    private const string Own = "/sys/fs/cgroup/ws";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly FakeTree _tree = new();
    private readonly TestClock _clock = new();

    // What the fake process has used.
    private TimeSpan _used = TimeSpan.FromSeconds(100);

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void It_follows_the_usage_with_a_half_life_of_two_readings()
    {
        var meter = Meter(limitCores: 2);

        for (var i = 0; i < 2; i++) Step(meter, process: 1);
        Assert.Equal(25, meter.Percent, precision: 1);
        for (var i = 0; i < 40; i++) Step(meter, process: 1);
        Assert.Equal(50, meter.Percent, precision: 1);
    }

    [Fact]
    public void A_late_reading_weighs_as_much_as_those_that_it_stands_for()
    {
        var punctual = Meter(limitCores: 1);
        for (var i = 0; i < 5; i++) Step(punctual, process: 0.8);

        var late = Meter(limitCores: 1);
        Step(late, process: 4, seconds: 5);

        Assert.Equal(punctual.Percent, late.Percent, precision: 1);
        Assert.InRange(late.Percent, 60, 70);
    }

    [Fact]
    public void A_second_reading_at_the_same_moment_changes_nothing()
    {
        var meter = Meter(limitCores: 1);
        Step(meter, process: 1);
        var before = meter.Percent;

        Step(meter, process: 1, seconds: 0);
        Assert.Equal(before, meter.Percent);

        // What was used at that moment is not lost either.
        Step(meter, process: 0);
        Assert.True(meter.Percent > before, $"{meter.Percent} after {before}");
        Assert.Equal(0, meter.Errors);
    }

    [Fact]
    public void A_counter_that_went_backwards_is_left_out_and_counted()
    {
        var meter = Meter(limitCores: 1);
        Step(meter, process: 0.5);
        var before = meter.Percent;

        Step(meter, process: -50);

        Assert.Equal((before, 1), (meter.Percent, meter.Errors));
        Step(meter, process: 0.5);
        Assert.True(meter.Percent > before, $"{meter.Percent} after {before}");
    }

    [Fact]
    public void The_cgroup_s_accounting_counts_and_not_the_process_s()
    {
        var meter = InCgroup();

        for (var i = 1; i <= 40; i++)
        {
            Usage(microseconds: 1_000_000 + (i * 250_000));
            Step(meter, process: 0.1);
        }

        Assert.Equal(50, meter.Percent, precision: 1);
        Assert.Equal($"cgroup v2 {Own}", meter.Source.Text);
    }

    [Fact]
    public void Nanoseconds_of_version_1_are_read_as_such()
    {
        const string own = "/sys/fs/cgroup/cpuacct";
        _tree.WithSelf().With("/proc/self/cgroup", "2:cpuacct:/docker/1\n").With("/proc/self/mountinfo", "33 31 0:30 /docker/1 /sys/fs/cgroup/cpuacct rw - cgroup cgroup rw,cpuacct\n")
            .With($"{own}/cgroup.procs", "7\n").With($"{own}/cpuacct.usage", "5000000000\n");
        var meter = Meter(limitCores: 1);

        for (var i = 1; i <= 40; i++)
        {
            _tree.With($"{own}/cpuacct.usage", string.Create(CultureInfo.InvariantCulture, $"{5_000_000_000 + (i * 750_000_000L)}\n"));
            Step(meter, process: 0);
        }

        Assert.Equal(75, meter.Percent, precision: 1);
    }

    [Fact]
    public void While_the_cgroup_cannot_be_read_the_process_s_accounting_fills_in()
    {
        var meter = InCgroup();
        _tree.Without($"{Own}/cpu.stat");
        for (var i = 0; i < 40; i++) Step(meter, process: 0.4);

        Assert.Equal(80, meter.Percent, precision: 1);
        Assert.Equal((MeterSource.Process, 40), (meter.Source, meter.Errors));

        // Back, with a value of which nobody knows in what time it came about: the first reading only says where it starts.
        Usage(microseconds: 900_000_000);
        Step(meter, process: 0.4);
        Assert.Equal(80, meter.Percent, precision: 1);
        for (var i = 1; i <= 40; i++)
        {
            Usage(microseconds: 900_000_000 + (i * 100_000));
            Step(meter, process: 0.4);
        }

        Assert.Equal(20, meter.Percent, precision: 1);
        Assert.Equal(($"cgroup v2 {Own}", 40), (meter.Source.Text, meter.Errors));
    }

    [Fact]
    public void A_cgroup_that_starts_again_from_nothing_makes_one_reading_of_the_process()
    {
        var meter = InCgroup();

        Usage(microseconds: 10);
        Step(meter, process: 0);
        Assert.Equal((0, 1, MeterSource.Process), (meter.Percent, meter.Errors, meter.Source));

        Usage(microseconds: 500_010);
        Step(meter, process: 0);
        Assert.InRange(meter.Percent, 25, 35);
        Assert.Equal((1, $"cgroup v2 {Own}"), (meter.Errors, meter.Source.Text));
    }

    [Fact]
    public void A_quota_that_gets_tighter_while_the_server_runs_is_100_percent_from_then_on_and_no_longer_when_it_is_lifted()
    {
        var meter = InCgroup();
        Assert.Equal(0.5, meter.LimitCores);

        _tree.With($"{Own}/cpu.max", "30000 100000\n");
        for (var i = 1; i <= 40; i++)
        {
            Usage(microseconds: 1_000_000 + (i * 300_000));
            Step(meter, process: 0);
        }

        Assert.Equal((0.3, 100.0), (meter.LimitCores, Math.Round(meter.Percent, 1)));

        // More than at the start is not more than was planned for.
        foreach (var more in new[] { "80000 100000", "max 100000" })
        {
            _tree.With($"{Own}/cpu.max", more + "\n");
            Step(meter, process: 0);
            Assert.Equal(0.5, meter.LimitCores);
        }
    }

    [Fact]
    public void A_quota_of_version_1_is_read_from_its_two_files()
    {
        const string own = "/sys/fs/cgroup/cpu";
        _tree.WithSelf().With("/proc/self/cgroup", "2:cpu:/docker/1\n").With("/proc/self/mountinfo", "33 31 0:30 /docker/1 /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n")
            .With($"{own}/cpu.cfs_quota_us", "-1\n").With($"{own}/cpu.cfs_period_us", "50000\n");
        var meter = Meter(limitCores: 2);
        Assert.Equal(2, meter.LimitCores);

        _tree.With($"{own}/cpu.cfs_quota_us", "25000\n");
        Step(meter, process: 0.4);

        Assert.Equal(0.5, meter.LimitCores);
        Assert.Equal(80, meter.LatestPercent, precision: 1);
    }

    [Fact]
    public void This_process_can_be_measured()
    {
        var meter = CpuMeter.OfThisProcess(limitCores: 1, Interval, _clock);

        _clock.Advance(Interval);
        meter.Sample();

        Assert.True(meter.Percent >= 0, $"read {meter.Percent}");
        Assert.Equal(0, meter.Errors);
    }

    private CpuMeter Meter(double limitCores) => new(_tree.Root, () => _used, limitCores, Interval, _clock);

    private CpuMeter InCgroup()
    {
        _tree.WithSelf().With("/proc/self/cgroup", "0::/ws\n").With("/proc/self/mountinfo", Mount).WithCpu(Own, "50000 100000", "7\n");
        return Meter(limitCores: 0.5);
    }

    private void Usage(long microseconds) => _tree.With($"{Own}/cpu.stat", string.Create(CultureInfo.InvariantCulture, $"usage_usec {microseconds}\nuser_usec 0\n"));

    private void Step(CpuMeter meter, double process, double seconds = 1)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        _used += TimeSpan.FromSeconds(process);
        meter.Sample();
    }
}
