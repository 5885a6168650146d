using System.Net;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>Its broker dies again and again, and is started again, the last time only after publishers have come in vain.</summary>
internal sealed class OrphanedServer : BrokerScenario
{
    private const int Deaths = 3;
    private const int Publishers = 12;

    private bool _isAway;

    public override string Instance => "orphaned";

    public override IReadOnlyList<string> Alerts => ["BrokerUnsteady warning", "NatsDisconnected critical", "PublishFailing error"];

    /// <summary>A broker that is back is attached to within seconds.</summary>
    public override IReadOnlyList<string> MayFire => ["StreamDetached critical"];

    protected override async Task BeginAsync()
    {
        for (var death = 1; death <= Deaths; death++)
        {
            await Nats.KillAsync();
            await Nats.RestartAsync();
            await UntilFoundAsync($"changes(ws_nats_reconnects_total{{instance=\"{Instance}\"}}[1m]) >= {death}");
        }

        _isAway = true;
        await Nats.KillAsync();
        foreach (var answer in await Task.WhenAll(Enumerable.Range(0, Publishers).Select(_ => Server.Http.PostAsync(new Uri("publish/a", UriKind.Relative), new StringContent("1")))))
        {
            using (answer) Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }
    }

    protected override async Task EndAsync()
    {
        if (_isAway) await Nats.RestartAsync();
        _isAway = false;
    }
}
