using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>All its clients are cut in one moment, as by a proxy that is restarted.</summary>
internal sealed class DesertedServer : BrokerlessScenario
{
    private const int Clients = 15;

    public override string Instance => "deserted";

    public override IReadOnlyList<string> Alerts => ["ClientsLost error"];

    protected override async Task BeginAsync()
    {
        var clients = new List<RawClient>();
        for (var i = 0; i < Clients; i++) clients.Add(await RawClient.ConnectAsync(Server));
        foreach (var client in clients) client.Reset();
    }

    protected override Task EndAsync() => Task.CompletedTask;
}
