using WsFanout.Planning.SystemCheck.Listening;
using WsFanout.Planning.SystemCheck.Machine;
using WsFanout.Tests.Governor.Meters;

namespace WsFanout.Tests.Planning.SystemCheck.Listening;

public sealed class PortHoldersTests : IDisposable
{
    private const string Columns = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
    private const string Secret = "s3cret-of-this-test";

    private readonly FakeTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData("/app/wsfanout", true)]
    [InlineData("dotnet\0/app/wsfanout.dll", true)]
    [InlineData("nginx\0-g\0password=" + Secret, false)]
    public void The_process_that_listens_is_named_without_its_arguments(string commandLine, bool isOurs)
    {
        Listening(port: 3002, inode: 4711).Process(12, "a program\n", commandLine, "socket:[4711]");

        var holder = new PortHolders(new FactFiles(_tree.Root)).Find(3002);

        Assert.Equal(new PortHolder(12, "a program", isOurs), holder);
        Assert.DoesNotContain(Secret, holder?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_is_named_when_the_process_can_t_be_seen_or_only_connects_from_that_port()
    {
        var holders = new PortHolders(new FactFiles(_tree.Root));
        Listening(port: 3002, inode: 4711).Process(12, "nginx", "nginx", "socket:[99]");
        Assert.Null(holders.Find(3002));

        _tree.With("/proc/net/tcp", Columns + "   0: 0100007F:0BBA 0100007F:0050 01 00000000:00000000 00:00000000 00000000     0        0 99 1\n").Without("/proc/net/tcp6");
        Assert.Null(holders.Find(3002));
    }

    [Theory]
    [InlineData("")]
    [InlineData("rubbish\nmore rubbish\n1 2 3\n")]
    public void A_table_that_is_none_names_nobody(string table)
    {
        _tree.WithSelf().With("/proc/net/tcp", table);

        Assert.Null(new PortHolders(new FactFiles(_tree.Root)).Find(3002));
    }

    private PortHoldersTests Listening(int port, int inode)
    {
        _tree.WithSelf().With("/proc/net/tcp", Columns)
            .With("/proc/net/tcp6", $"{Columns}   0: 00000000000000000000000000000000:{port:X4} 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 {inode} 1 0000000000000000\n");
        return this;
    }

    private void Process(int process, string name, string commandLine, string link)
    {
        _tree.With($"/proc/{process}/comm", name).With($"/proc/{process}/cmdline", commandLine);
        var folder = Directory.CreateDirectory(Path.Combine(_tree.Root, $"proc/{process}/fd"));
        File.CreateSymbolicLink(Path.Combine(folder.FullName, "3"), link);
    }
}
