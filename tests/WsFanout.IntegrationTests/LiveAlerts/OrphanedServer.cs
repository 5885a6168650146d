namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>Its broker dies, and is started again.</summary>
internal sealed class OrphanedServer : BrokerScenario
{
    private bool _isAway;

    public override string Instance => "orphaned";

    public override IReadOnlyList<string> Alerts => ["NatsDisconnected critical"];

    protected override async Task BeginAsync()
    {
        _isAway = true;
        await Nats.KillAsync();
    }

    protected override async Task EndAsync()
    {
        if (_isAway) await Nats.RestartAsync();
        _isAway = false;
    }
}
