using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>A second Prometheus does not know of it, nor of any other; then it is told.</summary>
internal sealed class UnwatchedServer : BrokerlessScenario
{
    private LivePrometheus? _other;

    public override string Instance => "unwatched";

    public override IReadOnlyList<string> Alerts => ["NoServers critical"];

    public override IEnumerable<string> FiredElsewhere => _other?.EverFired.Select(fired => fired.Alert) ?? [];

    public override async Task StartAsync()
    {
        await base.StartAsync();
        _other = await LivePrometheus.StartAsync([]);
    }

    public override async Task RunAsync(LivePrometheus prometheus)
    {
        // No instance: that is what it is about.
        foreach (var alert in Alerts) await _other!.UntilFiredAsync("", alert);
        await _other!.RetargetAsync([(Instance, Address)]);
        foreach (var alert in Alerts) await _other.UntilGoneAsync("", alert);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_other is not null) await _other.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override Task BeginAsync() => Task.CompletedTask;

    protected override Task EndAsync() => Task.CompletedTask;
}
