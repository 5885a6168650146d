using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>Clients that stop reading, with more waiting for them than the kernel takes.</summary>
internal sealed class StuckClientsServer() : BrokerlessScenario(("WS_SEND_QUEUE_SIZE", "100000"), ("WS_SEND_QUEUE_BYTES", "64MB"), ("WS_SLOW_CLIENT_TIMEOUT", "10m"))
{
    private const int Clients = 6;
    private const int Messages = 5;
    private const int Bytes = 100_000;
    private const int TinyBuffer = 4096;

    private readonly List<RawClient> _clients = [];

    public override string Instance => "stuck-clients";

    public override IReadOnlyList<string> Alerts => ["SlowClients warning"];

    protected override async Task BeginAsync()
    {
        for (var i = 0; i < Clients; i++)
        {
            var client = await RawClient.ConnectAsync(Server, "?channels=a", TinyBuffer);
            _clients.Add(client);
            await client.ReadAsync("subscription_ack");
        }

        await PublishAsync(Messages, Bytes);
    }

    protected override Task EndAsync()
    {
        foreach (var client in _clients) client.Dispose();
        return Task.CompletedTask;
    }
}
