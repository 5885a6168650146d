using WsFanout.Governor.Meters;

namespace WsFanout.Tests.Governor.Meters;

public sealed class ListenOverflowsTests : IDisposable
{
    private readonly FakeTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void Overflows_are_counted_from_the_start_of_the_server()
    {
        Netstat(overflows: 40);
        var overflows = new ListenOverflows(_tree.Root);
        Assert.Equal(0, overflows.Count());

        Netstat(overflows: 43);

        Assert.Equal(3, overflows.Count());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("TcpExt: A B\nTcpExt: 1 2\n")]
    [InlineData("TcpExt: A ListenOverflows\n")]
    [InlineData("TcpExt: A ListenOverflows\nTcpExt: 1\n")]
    public void Where_the_system_does_not_tell_it_is_not_a_number(string? text)
    {
        if (text is not null) _tree.With("/proc/net/netstat", text);

        Assert.Equal(double.NaN, new ListenOverflows(_tree.Root).Count());
    }

    [Fact]
    public void This_machine_tells_it() => Assert.True(new ListenOverflows("/").Count() is double.NaN or >= 0);

    private void Netstat(int overflows) =>
        _tree.With("/proc/net/netstat", $"TcpExt: SyncookiesSent ListenOverflows ListenDrops\nTcpExt: 9 {overflows} 99\nIpExt: ListenOverflows\nIpExt: 5\n");
}
