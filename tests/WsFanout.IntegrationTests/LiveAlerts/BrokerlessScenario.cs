using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>A server with the built-in source.</summary>
internal abstract class BrokerlessScenario(params (string Name, string Value)[] variables) : AlertScenario
{
    private TestServer? _server;

    protected TestServer Server => _server!;

    public override async Task StartAsync()
    {
        _server = await TestServer.StartAsync([.. NotThisProcess, .. variables]);
        Address = _server.AdminAddress;
    }

    public override async ValueTask DisposeAsync()
    {
        await EndAsync();
        if (_server is not null) await _server.DisposeAsync();
    }

    protected Task PublishAsync(int messages, int bytes) =>
        Parallel.ForEachAsync(Enumerable.Range(0, messages), new ParallelOptions { MaxDegreeOfParallelism = 10 }, async (_, _) => await Server.PublishAsync("a", new string('7', bytes)));
}
