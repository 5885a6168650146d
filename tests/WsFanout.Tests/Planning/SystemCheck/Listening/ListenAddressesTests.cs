using System.Net;
using System.Net.Sockets;
using WsFanout.Planning.SystemCheck;
using WsFanout.Planning.SystemCheck.Listening;
using WsFanout.Planning.SystemCheck.Machine;
using WsFanout.Tests.Governor.Meters;
using WsFanout.Tests.Hosting.Settings;

namespace WsFanout.Tests.Planning.SystemCheck.Listening;

public sealed class ListenAddressesTests : IDisposable
{
    private readonly FakeTree _tree = new();
    private readonly TcpListener _stranger = new(IPAddress.Loopback, 0);

    public void Dispose()
    {
        _stranger.Dispose();
        _tree.Dispose();
    }

    [Theory]
    [InlineData("WS_ADMIN_ADDR")]
    [InlineData("WS_PUBLISH_ADDR")]
    public async Task Every_address_that_is_listened_on_is_tried_and_its_port_is_needed(string setting)
    {
        _stranger.Start();
        var port = ((IPEndPoint)_stranger.LocalEndpoint).Port;
        var result = Reading.Of(("WS_ADDR", "127.0.0.1:0"), (setting, $"127.0.0.1:{port}"));
        var settings = Reading.Sound(result);

        var findings = await new ListenAddresses(settings.Host, new PortHolders(new FactFiles(_tree.Root)), TimeSpan.FromSeconds(5)).LookAsync(CancellationToken.None);

        var finding = Assert.Single(findings, finding => finding.Subject == $"{setting} 127.0.0.1:{port}");
        Assert.Equal((Verdict.Error, "in use by a process that this user can't see"), (finding.Verdict, finding.Found));
        Assert.Equal([port], Needs.Of(settings, result.Effective).Ports);
    }
}
