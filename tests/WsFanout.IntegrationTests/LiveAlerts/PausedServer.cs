namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>A pause of most of the time that the stream keeps what is published.</summary>
internal sealed class PausedServer() : BrokerScenario(("WS_TEST_PAUSE", "true"), ("JS_STREAM_MAX_AGE", "25s"))
{
    private readonly CancellationTokenSource _enough = new();
    private Task _publishing = Task.CompletedTask;

    public override string Instance => "paused";

    public override IReadOnlyList<string> Alerts => ["IntakePaused critical", "StreamHeadroomLow critical"];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _enough.Dispose();
    }

    protected override Task BeginAsync()
    {
        _publishing = Broker.PublishSteadilyAsync(["a.b", "c.d"], 50, _enough.Token);
        return PauseAsync("16s");
    }

    /// <summary>The pause ends by itself.</summary>
    protected override async Task EndAsync()
    {
        await _enough.CancelAsync();
        await _publishing;
    }
}
