using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>All its clients, one, take some seconds for what has come at once: not so long that the messages grow old.</summary>
internal sealed class LateServer() : BrokerlessScenario(("WS_SEND_QUEUE_SIZE", "100000"), ("WS_SEND_QUEUE_BYTES", "64MB"), ("WS_SLOW_CLIENT_TIMEOUT", "10m"))
{
    private const int BytesPerSecond = 10_000;
    private const int Messages = 60;
    private const int Bytes = 1000;

    private TricklingClient? _client;

    public override string Instance => "late";

    public override IReadOnlyList<string> Alerts => ["DeliveryLatency critical"];

    protected override async Task BeginAsync()
    {
        _client = await TricklingClient.ConnectAsync(Server.BaseAddress, "a", BytesPerSecond);
        await PublishAsync(Messages, Bytes);
    }

    protected override async Task EndAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        _client = null;
    }
}
