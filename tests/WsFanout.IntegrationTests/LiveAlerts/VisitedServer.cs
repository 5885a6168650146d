using System.Globalization;
using WsFanout.IntegrationTests.Support;
using WsFanout.Tests.Deploy;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>
/// A server on an ordinary day, for whoever looks at its dashboard: clients that read and one that does not, messages over HTTP and from the broker,
/// others who come back with their position, some of them too late, and who asks for a page where there is none.
/// </summary>
internal sealed class VisitedServer() : BrokerScenario(
    ("JS_STREAM_MAX_AGE", "10m"),
    ("WS_REPLAY_BUFFER_SIZE", "20"),
    ("WS_SEND_QUEUE_SIZE", "100000"),
    ("WS_SEND_QUEUE_BYTES", "64MB"),
    ("WS_SLOW_CLIENT_TIMEOUT", "10m"))
{
    public const string Name = "visited";

    private const int Readers = 5;
    private const int Bytes = 2000;
    private const int TinyBuffer = 4096;

    /// <summary>One visitor in so many comes too late: few enough for nobody to be told.</summary>
    private const int LateOneIn = 4;

    private const int Looks = 20;

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PublishInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan VisitInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _enough = new();
    private readonly List<TestClient> _readers = [];
    private RawClient? _stuck;
    private Task _publishing = Task.CompletedTask;
    private Task _visiting = Task.CompletedTask;
    private long _newest;

    public override string Instance => Name;

    public override IReadOnlyList<string> Alerts => ["ConnectionsRejected error upgrade_required"];

    /// <summary>What its Prometheus found for each query of the dashboard; once the scenario has ended.</summary>
    public IReadOnlyList<QueryAnswer> Answers { get; private set; } = [];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _enough.Dispose();
    }

    protected override async Task BeginAsync()
    {
        for (var i = 0; i < Readers; i++) _readers.Add(await Server.ConnectAsync("?channels=*.trade"));
        _stuck = await RawClient.ConnectAsync(Server, "?channels=a.trade", TinyBuffer);
        _publishing = PublishAsync();
        _visiting = VisitAsync();
        Answers = await AskAsync(Dashboard.Read());
    }

    protected override async Task EndAsync()
    {
        await _enough.CancelAsync();
        await _publishing;
        await _visiting;
        _stuck?.Dispose();
        foreach (var reader in _readers) await reader.DisposeAsync();
        _readers.Clear();
    }

    /// <summary>Asks again and again until each has found something that is not 0, or for as long as visits of each kind take several times over.</summary>
    private async Task<IReadOnlyList<QueryAnswer>> AskAsync(IReadOnlyList<DashboardQuery> queries)
    {
        var answers = queries.Select(query => new QueryAnswer(query, 0, 0)).ToList();
        using var pace = new PeriodicTimer(LookInterval);
        for (var look = 0; look < Looks && answers.Any(answer => answer.NotZero == 0); look++)
        {
            await pace.WaitForNextTickAsync(CancellationToken.None);
            for (var i = 0; i < answers.Count; i++)
            {
                if (answers[i].NotZero > 0) continue;
                var values = await Prometheus.QueryAsync(queries[i].For(Name, "10s"));
                answers[i] = new QueryAnswer(queries[i], values.Count, values.Count(value => value != 0));
            }
        }

        return answers;
    }

    private async Task PublishAsync()
    {
        using var pace = new PeriodicTimer(PublishInterval);
        var payload = System.Text.Encoding.UTF8.GetBytes($"\"{new string('x', Bytes)}\"");
        while (!_enough.IsCancellationRequested)
        {
            Volatile.Write(ref _newest, await Server.PublishAsync("a.trade", "1"));
            await Broker.PublishBlindlyAsync("a.trade", payload);
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private async Task VisitAsync()
    {
        using var pace = new PeriodicTimer(VisitInterval);
        for (var visit = 1; !_enough.IsCancellationRequested; visit++)
        {
            using var page = await Server.Http.GetAsync(new Uri("ws", UriKind.Relative));
            await using var visitor = await Server.ConnectAsync();
            await visitor.WaitForAsync("welcome");
            var since = visit % LateOneIn == 0 ? 0 : Math.Max(0, Volatile.Read(ref _newest) - 5);
            var epoch = visitor.Frames[0]["epoch"]!.GetValue<string>();
            await visitor.SendAsync(string.Create(CultureInfo.InvariantCulture, $$$"""{"type":"subscribe","data":{"channels":["a.trade"],"since":{{{since}}},"epoch":"{{{epoch}}}"}}"""));
            await visitor.WaitForAsync("sync");
            await visitor.CloseAsync();
            await visitor.WaitForEndAsync();
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
