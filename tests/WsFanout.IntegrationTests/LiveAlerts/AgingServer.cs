using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>It may read a few messages a second of many that have come at once: each is older than the one before.</summary>
internal sealed class AgingServer() : BrokerScenario(("JS_STREAM_MAX_AGE", "10m"), ("WS_MAX_NATS_RATE", "20"))
{
    /// <summary>Half a minute's.</summary>
    private const int Messages = 600;

    private TestClient? _client;

    public override string Instance => "aging";

    public override IReadOnlyList<string> Alerts => ["MessagesOld warning"];

    protected override async Task BeginAsync()
    {
        _client = await Server.ConnectAsync("?channels=%3E");
        for (var i = 0; i < Messages; i++) await Broker.PublishBlindlyAsync("a", "1"u8.ToArray());
    }

    protected override async Task EndAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        _client = null;
    }
}
