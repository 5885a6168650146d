using WsFanout.Testing;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>Overloaded three times over. Nothing is published: the stream's age is short, and nothing is in danger.</summary>
internal sealed class UnsteadyServer() : BrokerScenario(("WS_TEST_PAUSE", "true"), ("JS_STREAM_MAX_AGE", "5s"), ("WS_CPU_SAMPLE_INTERVAL", "100ms"))
{
    private const int Overloads = 3;

    public override string Instance => "unsteady";

    public override IReadOnlyList<string> Alerts => ["IntakePaused critical", "ScaleOutNow critical"];

    protected override async Task BeginAsync()
    {
        for (var i = 1; i <= Overloads; i++)
        {
            await PauseAsync("1s");

            // It takes its time before it trusts the calm: about 20 s after the second.
            if (i < Overloads) await Wait.UntilAsync(IsNormalAsync, $"it should be normal again after overload {i}", TimeSpan.FromSeconds(60));
        }
    }

    /// <summary>They are forgotten after a while.</summary>
    protected override Task EndAsync() => Task.CompletedTask;

    private async Task<bool> IsNormalAsync() => await Server.MetricAsync("ws_governor_state{state=\"normal\"}") == 1;
}
