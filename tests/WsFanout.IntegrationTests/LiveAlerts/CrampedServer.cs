using System.Globalization;
using System.Net;
using System.Net.Sockets;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>Few descriptors, and connections that ask for nothing.</summary>
internal sealed class CrampedServer : AlertScenario
{
    private const int Descriptors = 1600;

    /// <summary>What it keeps back of them.</summary>
    private const int Reserve = 256;

    /// <summary>Above the 90 % of the rule, with room for the scrape.</summary>
    private const double Share = 0.92;

    private readonly EmptyFolder _folder = new();
    private readonly List<Socket> _idle = [];
    private ServerProgram? _program;

    public override string Instance => "cramped";

    public override IReadOnlyList<string> Alerts => ["DescriptorsLow warning"];

    public override async Task StartAsync() => (_program, Address) = await ServerProgram.ServeAsync(
        _folder.Path,
        ["prlimit", string.Create(CultureInfo.InvariantCulture, $"--nofile={Descriptors}:{Descriptors}")],
        ServerProgram.StartDeadline,
        ("WS_MAX_CONNECTIONS", (Descriptors - Reserve).ToString(CultureInfo.InvariantCulture)),
        ("WS_HANDSHAKE_TIMEOUT", "5m"));

    public override async ValueTask DisposeAsync()
    {
        await EndAsync();
        _program?.Dispose();
        _folder.Dispose();
    }

    protected override async Task BeginAsync()
    {
        var own = await MetricsPage.ReadAsync(Address, "process_open_fds") ?? Descriptors;
        while (_idle.Count + own < Descriptors * Share)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _idle.Add(socket);
            await socket.ConnectAsync(IPAddress.Loopback, Address.Port);
        }
    }

    protected override Task EndAsync()
    {
        foreach (var socket in _idle) socket.Dispose();
        _idle.Clear();
        return Task.CompletedTask;
    }
}
