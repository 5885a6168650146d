using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>It may read some messages a second, of a stream that gets many more and keeps a few; some of them are no channel.</summary>
/// <remarks>
/// The stream keeps what comes in three seconds: what a look saw last is still unread at the next scrapes. Of a shorter stream, the intake
/// has leapt past it before the next scrape, and for Prometheus nothing was ever unread.
/// </remarks>
internal sealed class LosingServer() : BrokerScenario(("JS_STREAM_MAX_AGE", "10m"), ("JS_STREAM_MAX_MSGS", "150"), ("WS_MAX_NATS_RATE", "20"))
{
    private readonly CancellationTokenSource _enough = new();
    private Task _publishing = Task.CompletedTask;

    public override string Instance => "losing";

    public override IReadOnlyList<string> Alerts => ["StreamHeadroomLow critical", "StreamHoles error", "MessagesSkipped warning channel"];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _enough.Dispose();
    }

    protected override Task BeginAsync()
    {
        // White space, which a subject may have and a channel may not.
        _publishing = Broker.PublishSteadilyAsync(["a.b", "a.\u00a0b"], 50, _enough.Token);
        return Task.CompletedTask;
    }

    protected override async Task EndAsync()
    {
        await _enough.CancelAsync();
        await _publishing;
    }
}
