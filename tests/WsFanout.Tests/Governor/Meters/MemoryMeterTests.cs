using WsFanout.Governor.Meters;

namespace WsFanout.Tests.Governor.Meters;

public sealed class MemoryMeterTests : IDisposable
{
    private const string V2Mount = "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup rw,nsdelegate\n";
    private const string V1Mount = "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
    private const string Own = "/sys/fs/cgroup/ws";
    private const string OwnV1 = "/sys/fs/cgroup/memory/ws";
    private const long Limit = 1000;

    private static readonly long Page = Environment.SystemPageSize;

    private readonly FakeTree _tree = new();

    // Of at most 100.
    private long _heap = 5;

    public MemoryMeterTests() =>
        _tree.WithSelf().With("/proc/self/statm", "9000 500 100 1 0 300 0\n")
            .With("/proc/net/sockstat", "sockets: used 13\nTCP: inuse 1 orphan 0 tw 0 alloc 1 mem 30\nUDP: inuse 0 mem 7\n");

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void Version_2_counts_what_the_limit_counts_but_for_the_cache_out_of_use()
    {
        InV2("1000", "99\n7\n");
        var meter = Meter();

        Assert.Equal((700, 70d, $"cgroup v2 {Own}"), (meter.Bytes, meter.Percent, meter.Source.Text));
        Assert.Equal((64, 5), (meter.SocketBytes, meter.HeapBytes));
    }

    [Fact]
    public void A_heap_that_is_nearer_to_its_own_limit_counts_in_its_stead_and_is_full_before_an_allocation_fails()
    {
        InV2("1000", "99\n7\n");
        var meter = Meter();
        Assert.Equal(70, meter.Percent);

        _heap = 68;
        meter.Sample();
        Assert.Equal(80, meter.Percent, precision: 1);

        _heap = 85;
        meter.Sample();
        Assert.Equal(100, meter.Percent, precision: 1);
    }

    [Fact]
    public void Version_1_takes_the_totals_with_the_cgroups_within()
    {
        InV1();
        var meter = Meter();

        Assert.Equal((600, $"cgroup v1 {OwnV1}"), (meter.Bytes, meter.Source.Text));
        Assert.Equal(30 * Page, meter.SocketBytes);
    }

    [Fact]
    public void Version_1_tells_of_sockets_once_they_have_a_limit_of_their_own()
    {
        InV1().With($"{OwnV1}/memory.kmem.tcp.limit_in_bytes", "5000\n").With($"{OwnV1}/memory.kmem.tcp.usage_in_bytes", "77\n");
        Assert.Equal(77, Meter().SocketBytes);

        _tree.With($"{OwnV1}/memory.kmem.tcp.limit_in_bytes", "9223372036854771712\n").With($"{OwnV1}/memory.kmem.tcp.usage_in_bytes", "0\n");
        Assert.Equal(30 * Page, Meter().SocketBytes);
    }

    [Fact]
    public void The_process_s_own_memory_is_what_is_resident_and_a_neighbour_s_sockets_are_not_in_it()
    {
        var meter = Meter();

        Assert.Equal((500 * Page, MeterSource.Process, 0), (meter.Bytes, meter.Source, meter.Errors));
    }

    [Theory]
    [InlineData("max", "7\n", "cgroup v2 " + Own)]
    [InlineData("max", "7\n99\n", "process")]
    [InlineData("4000", "7\n99\n", "process")]
    [InlineData("4000", "7\n", "cgroup v2 " + Own)]
    [InlineData("900", "7\n99\n", "cgroup v2 " + Own)]
    public void A_cgroup_counts_by_its_limit_or_when_nobody_else_is_there(string limit, string processes, string source)
    {
        InV2(limit, processes);

        Assert.Equal(source, Meter().Source.Text);
    }

    [Theory]
    [InlineData("memory.current")]
    [InlineData("memory.stat")]
    public void While_the_cgroup_cannot_be_read_the_process_s_accounting_fills_in(string file)
    {
        InV2("1000", "7\n");
        var meter = Meter();

        _tree.Without($"{Own}/{file}");
        meter.Sample();
        meter.Sample();
        Assert.Equal((500 * Page, MeterSource.Process, 2), (meter.Bytes, meter.Source, meter.Errors));

        InV2("1000", "7\n");
        meter.Sample();
        Assert.Equal((700, $"cgroup v2 {Own}", 2), (meter.Bytes, meter.Source.Text, meter.Errors));
    }

    [Fact]
    public void When_nothing_can_be_read_what_was_known_stays()
    {
        var meter = Meter();

        _tree.Without("/proc/self/statm").Without("/proc/net/sockstat");
        meter.Sample();

        Assert.Equal((500 * Page, double.NaN, 1), (meter.Bytes, meter.SocketBytes, meter.Errors));
    }

    [Theory]
    [InlineData("rubbish", 0)]
    [InlineData("-5", 0)]
    [InlineData("200", 0)]
    public void Usage_is_never_negative(string current, long least)
    {
        InV2("1000", "7\n");
        var meter = Meter();

        _tree.With($"{Own}/memory.current", current);
        meter.Sample();

        Assert.True(meter.Bytes >= least, $"read {meter.Bytes}");
    }

    [Fact]
    public void This_process_can_be_measured()
    {
        var meter = MemoryMeter.OfThisProcess(1 << 30);

        Assert.True(meter.Bytes > 1 << 20, $"read {meter.Bytes} from {meter.Source}");
        Assert.True(meter.HeapBytes > 0, $"read {meter.HeapBytes}");
        Assert.Equal(0, meter.Errors);
    }

    private MemoryMeter Meter() => new(_tree.Root, () => _heap, () => 100, Limit);

    private void InV2(string limit, string processes) =>
        _tree.With("/proc/self/cgroup", "0::/ws\n").With("/proc/self/mountinfo", V2Mount)
            .With($"{Own}/cgroup.type", "domain\n").With($"{Own}/memory.max", limit + "\n").With($"{Own}/cgroup.procs", processes)
            .With($"{Own}/memory.current", "1000\n").With($"{Own}/memory.stat", "anon 1\ninactive_file 300\nsock 64\n");

    private FakeTree InV1() =>
        _tree.With("/proc/self/cgroup", "4:memory:/ws\n").With("/proc/self/mountinfo", V1Mount)
            .With($"{OwnV1}/memory.limit_in_bytes", "1000\n").With($"{OwnV1}/cgroup.procs", "7\n99\n")
            .With($"{OwnV1}/memory.usage_in_bytes", "1000\n").With($"{OwnV1}/memory.stat", "inactive_file 1\ntotal_inactive_file 400\n");
}
