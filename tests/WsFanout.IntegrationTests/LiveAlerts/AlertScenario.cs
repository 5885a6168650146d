using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>One live server, and a condition of it that alerts tell of.</summary>
internal abstract class AlertScenario : IAsyncDisposable
{
    /// <summary>For a server in the test process: it must not be judged by how busy that is.</summary>
    protected static readonly (string Name, string Value)[] NotThisProcess =
        [("WS_CPU_LIMIT", "1024"), ("WS_MEMORY_LIMIT", "1024GB"), ("WS_MAX_CONNECTIONS", "1000"), ("WS_WORKER_POOL_SIZE", "1")];

    /// <summary>The label <c>instance</c>.</summary>
    public abstract string Instance { get; }

    /// <summary>Every alert that the condition raises, as <see cref="LivePrometheus"/> writes it.</summary>
    public abstract IReadOnlyList<string> Alerts { get; }

    /// <summary>What the way there raises as well where it takes long: a rule that waits for a minute waits for seconds here.</summary>
    public virtual IReadOnlyList<string> MayFire => [];

    /// <summary>Where it is scraped, once started.</summary>
    public Uri Address { get; protected set; } = new("http://127.0.0.1:0/");

    /// <summary>What has fired before another Prometheus than the stage's.</summary>
    public virtual IEnumerable<string> FiredElsewhere => [];

    /// <summary>From <see cref="BeginAsync"/> on.</summary>
    protected LivePrometheus Prometheus { get; private set; } = null!;

    /// <summary>Starts the server, in its best state.</summary>
    public abstract Task StartAsync();

    /// <summary>Brings the condition about, has its alerts fire, ends it, and has them gone.</summary>
    public virtual async Task RunAsync(LivePrometheus prometheus)
    {
        Prometheus = prometheus;
        await BeginAsync();
        foreach (var alert in Alerts) await prometheus.UntilFiredAsync(Instance, alert);
        await EndAsync();
        foreach (var alert in Alerts) await prometheus.UntilGoneAsync(Instance, alert);
    }

    public abstract ValueTask DisposeAsync();

    /// <summary>Brings the condition about; it lasts until it is ended.</summary>
    protected abstract Task BeginAsync();

    protected abstract Task EndAsync();

    /// <summary>Waits until Prometheus has seen that a query finds something.</summary>
    protected Task UntilFoundAsync(string query) =>
        Wait.UntilAsync(async () => (await Prometheus.QueryAsync(query)).Count > 0, $"Prometheus should find {query}", TimeSpan.FromSeconds(30));
}
