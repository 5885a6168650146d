using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>It may read a few messages a second, of a stream that keeps ten and gets many more; some of them are no channel.</summary>
internal sealed class LosingServer() : BrokerScenario(("JS_STREAM_MAX_AGE", "10m"), ("JS_STREAM_MAX_MSGS", "10"), ("WS_MAX_NATS_RATE", "5"))
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
