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
    ];

    internal LivePrometheus Prometheus => _prometheus!;

    /// <summary>Starts everything; without a Prometheus on this machine, nothing.</summary>
    public async Task InitializeAsync()
    {
        if (FactWithAttribute.Find("prometheus") is null) return;
        try
        {
            await Task.WhenAll(Scenarios.Select(scenario => scenario.StartAsync()));
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
