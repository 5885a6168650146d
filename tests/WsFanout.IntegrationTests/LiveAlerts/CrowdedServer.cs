using System.Net.WebSockets;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>Ten places, ten clients, and a dozen that find none.</summary>
internal sealed class CrowdedServer : AlertScenario
{
    private const int Places = 10;
    private const int TooMany = 12;

    private readonly List<TestClient> _clients = [];
    private TestServer? _server;

    public override string Instance => "crowded";

    public override IReadOnlyList<string> Alerts =>
        ["HighConnectionCount warning", "ConnectionLimit critical", "TasksNearLimit warning", "ConnectionsRejected error max_connections", "RefusalRatio critical"];

    public override async Task StartAsync()
    {
        // The fewest units of concurrency that so many clients may have: 2 for each, one worker, 20.
        _server = await TestServer.StartAsync([.. NotThisProcess, ("WS_MAX_CONNECTIONS", $"{Places}"), ("WS_MAX_GOROUTINES", $"{(2 * Places) + 21}")]);
        Address = _server.BaseAddress;
    }

    public override async ValueTask DisposeAsync()
    {
        await EndAsync();
        if (_server is not null) await _server.DisposeAsync();
    }

    protected override async Task BeginAsync()
    {
        for (var i = 0; i < Places; i++) _clients.Add(await _server!.ConnectAsync());
        for (var i = 0; i < TooMany; i++) await Assert.ThrowsAsync<WebSocketException>(() => _server!.ConnectAsync());
    }

    protected override async Task EndAsync()
    {
        // They say goodbye: so many that are cut would be told of.
        foreach (var client in _clients)
        {
            await client.CloseAsync();
            await client.WaitForEndAsync();
            await client.DisposeAsync();
        }

        _clients.Clear();
    }
}
