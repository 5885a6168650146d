using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>One Prometheus, the servers it looks at, and every scenario under way at once: together they take as long as the longest.</summary>
public sealed class LiveAlertsStage : IAsyncLifetime
{
    private readonly Dictionary<AlertScenario, Task> _running = [];
    private LivePrometheus? _prometheus;

    /// <summary>Every scenario, by the label <c>instance</c>.</summary>
    internal IReadOnlyList<AlertScenario> Scenarios { get; } =
    [
        new CrowdedServer(), new BusyServer(), new LargeServer(), new CrampedServer(), new BehindServer(), new PausedServer(), new UnsteadyServer(), new OrphanedServer(),
        new DetachedServer(), new LosingServer(), new AgingServer(), new UnevenServer(), new LateServer(), new StuckClientsServer(), new ForgetfulServer(), new DesertedServer(),
        new BesiegedServer(), new OverflowingServer(), new ExpiringServer(), new UnwatchedServer(), new VisitedServer(),
    ];

    internal LivePrometheus Prometheus => _prometheus!;

    /// <summary>Every alert that has been firing so far, by instance, but for what says nothing of it: a backlog that overflows is told by all servers of the network namespace, on a busy machine one or the other is scraped too late, and what may fire need not.</summary>
    internal IEnumerable<(string Instance, string Alert)> EverFired => Prometheus.EverFired
        .Concat(Scenarios.SelectMany(scenario => scenario.FiredElsewhere, (scenario, alert) => (scenario.Instance, Alert: alert)))
        .Where(one => Scenarios.Single(scenario => scenario.Instance == one.Instance) is var scenario
            && (scenario.Alerts.Contains(one.Alert) || !(one.Alert is OverflowingServer.Alert or LargeServer.Down || scenario.MayFire.Contains(one.Alert))));

    /// <summary>Starts everything; without a Prometheus on this machine, nothing.</summary>
    public async Task InitializeAsync()
    {
        if (FactWithAttribute.Find("prometheus") is null) return;
        try
        {
            // Not all at once: each would only wait for the others.
            await Parallel.ForEachAsync(Scenarios, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (scenario, _) => await scenario.StartAsync());
            _prometheus = await LivePrometheus.StartAsync([.. Scenarios.Select(scenario => (scenario.Instance, scenario.Address))]);
            foreach (var scenario in Scenarios) _running[scenario] = scenario.RunAsync(_prometheus);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends with the scenario, and as it does.</summary>
    internal Task RunAsync(string instance) => _running[Scenarios.Single(scenario => scenario.Instance == instance)];

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_running.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_prometheus is not null) await _prometheus.DisposeAsync();
        foreach (var scenario in Scenarios) await scenario.DisposeAsync();
    }
}
