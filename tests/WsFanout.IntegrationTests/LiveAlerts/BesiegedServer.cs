using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;
using WsFanout.Tests.Deploy;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>It may refuse one connection a second, and many come that ask for nothing. It is scraped at another address, where nobody waits.</summary>
internal sealed class BesiegedServer : AlertScenario
{
    private const int Silent = 15;

    private readonly EmptyFolder _folder = new();
    private readonly List<RawClient> _clients = [];
    private TestServer? _server;

    public override string Instance => "besieged";

    public override IReadOnlyList<string> Alerts => ["AcceptPaused warning"];

    public override async Task StartAsync()
    {
        // A tenth of ten cores affords one refusal a second, if one takes a second of CPU.
        var calibration = JsonNode.Parse(RepositoryFiles.ReadText("src/WsFanout/Planning/calibration.json"))!;
        calibration["costs"]!["secondsPerRefusal"] = 1;
        var file = Path.Combine(_folder.Path, "calibration.json");
        await File.WriteAllTextAsync(file, calibration.ToJsonString());
        _server = await TestServer.StartAsync(
            [.. NotThisProcess, ("WS_CALIBRATION", file), ("WS_CPU_LIMIT", "10"), ("WS_ADMIN_ADDR", "127.0.0.1:0"), ("WS_HANDSHAKE_TIMEOUT", "5m")]);
        Address = _server.AdminAddress;
    }

    public override async ValueTask DisposeAsync()
    {
        await EndAsync();
        if (_server is not null) await _server.DisposeAsync();
        _folder.Dispose();
    }

    protected override async Task BeginAsync()
    {
        for (var i = 0; i < Silent; i++) _clients.Add(await RawClient.OpenAsync(_server!));
    }

    /// <summary>Those that the kernel holds are still taken, one a second.</summary>
    protected override Task EndAsync()
    {
        foreach (var client in _clients) client.Dispose();
        return Task.CompletedTask;
    }
}
