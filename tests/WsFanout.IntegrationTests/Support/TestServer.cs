using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using WsFanout.Hosting;
using WsFanout.Hosting.Settings;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A whole server in this process, on a port of the system's choice, made from environment variables as a real one is.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    // The meters see the whole test process, which is as busy as all its tests together: nothing here is judged by it unless a test asks.
    private static readonly Dictionary<string, string> Defaults = new()
    {
        ["WS_ADDR"] = "127.0.0.1:0",
        ["WS_CLIENT_RATE"] = "1000",
        ["WS_CLIENT_BURST"] = "1000",
        ["WS_CPU_REJECT_THRESHOLD"] = "100",
        ["WS_CPU_PAUSE_THRESHOLD"] = "100",
        ["WS_MEMORY_REJECT_PERCENT"] = "100",
        ["WS_MEMORY_SHED_PERCENT"] = "100",
        ["WS_MEMORY_PAUSE_PERCENT"] = "100",
        ["WS_LAG_REJECT"] = "0",
        ["WS_CONNECT_RATE"] = "unlimited",
        ["WS_TRANSPORT"] = WayToTheWire.OfThisRun,
    };

    private readonly FanoutServer _server;
    private readonly MemoryLog _log;
    private bool _stopped;

    private TestServer(FanoutServer server, MemoryLog log)
    {
        _server = server;
        _log = log;
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = AdminAddress };
    }

    public Uri BaseAddress => new($"http://127.0.0.1:{_server.EndPoint.Port}/");

    /// <summary>Where everything but clients and the page is: with WS_ADMIN_ADDR another address.</summary>
    public Uri AdminAddress => new($"http://127.0.0.1:{(_server.AdminEndPoint ?? _server.EndPoint).Port}/");

    /// <summary>Where publishers are: with WS_PUBLISH_ADDR another address.</summary>
    public Uri PublishAddress => new($"http://127.0.0.1:{(_server.PublishEndPoint ?? _server.AdminEndPoint ?? _server.EndPoint).Port}/");

    public Uri WebSocketAddress => new($"ws://127.0.0.1:{_server.EndPoint.Port}/ws");

    /// <summary>Asks <see cref="AdminAddress"/>.</summary>
    public HttpClient Http { get; }

    public int ClientCount => _server.ClientCount;

    /// <summary>Connections of clients' addresses; on the stream way those that are clients alone.</summary>
    public int ConnectionCount => _server.ConnectionCount;

    /// <summary>Every log line so far, level first.</summary>
    public IReadOnlyCollection<string> Log => _log.Lines;

    /// <summary>Starts a server; without NATS_URL it has the built-in source.</summary>
    public static Task<TestServer> StartAsync(params (string Name, string Value)[] variables) => StartAsync(SettingsContext.OfThisProcess(), variables);

    /// <summary>Starts a server that takes the machine for what it is told.</summary>
    public static Task<TestServer> StartAsync(SettingsContext context, params (string Name, string Value)[] variables) => StartAsync(context, TimeProvider.System, variables);

    /// <summary>Starts a server with a clock of the test's.</summary>
    public static async Task<TestServer> StartAsync(SettingsContext context, TimeProvider time, params (string Name, string Value)[] variables)
    {
        var environment = new Dictionary<string, string>(Defaults);
        foreach (var (name, value) in variables) environment[name] = value;
        var settings = SettingsReader.Read(environment, context with { Directory = Path.GetTempPath() });
        Assert.True(settings.Settings is not null, string.Join('\n', settings.Errors));

        var log = new MemoryLog();
        var server = new FanoutServer(settings, "test", LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Debug).AddProvider(log)), time);
        await server.StartAsync(CancellationToken.None);
        return new TestServer(server, log);
    }

    /// <summary>Starts a server on a broker and waits until it is attached.</summary>
    public static async Task<TestServer> StartAsync(NatsServerProcess nats, params (string Name, string Value)[] variables)
    {
        var server = await StartAsync([("NATS_URL", nats.Url.ToString()), .. variables]);
        await server.WaitUntilReadyAsync();
        return server;
    }

    public Task WaitUntilReadyAsync() => Wait.UntilAsync(IsReadyAsync, "the server should be ready", TimeSpan.FromSeconds(15));

    public async Task<bool> IsReadyAsync() => (await Http.GetAsync(new Uri("health/ready", UriKind.Relative))).IsSuccessStatusCode;

    /// <summary>Whether the stream is being read right now; readiness forgives ten seconds without.</summary>
    public async Task<bool> IsAttachedAsync()
    {
        var health = System.Text.Json.Nodes.JsonNode.Parse(await Http.GetStringAsync(new Uri("health", UriKind.Relative)))!;
        return health["checks"]!["nats"]!["status"]!.GetValue<string>() == "healthy";
    }

    public Task<TestClient> ConnectAsync(string query = "") => TestClient.ConnectAsync(new Uri(WebSocketAddress + query));

    /// <summary>Publishes through the server and returns the sequence number.</summary>
    public async Task<long> PublishAsync(string channel, string payload)
    {
        using var answer = await Http.PostAsync(new Uri(PublishAddress, $"publish/{channel}"), new StringContent(payload));
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"publishing to {channel}: {(int)answer.StatusCode} {body}");
        return System.Text.Json.Nodes.JsonNode.Parse(body)!["seq"]!.GetValue<long>();
    }

    /// <summary>One sample of the live metrics, labels as they are written there: <c>ws_gaps_total{reason="slow"}</c>.</summary>
    public async Task<double> MetricAsync(string series)
    {
        var text = await Http.GetStringAsync(new Uri("metrics", UriKind.Relative));
        var line = text.Split('\n').SingleOrDefault(one => one.StartsWith(series + " ", StringComparison.Ordinal));
        Assert.True(line is not null, $"{series} is not on /metrics");
        var value = line![(series.Length + 1)..];
        return value == "+Inf" ? double.PositiveInfinity : double.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
    }

    public async Task StopAsync(TimeSpan? timeout = null)
    {
        _stopped = true;
        await _server.StopAsync(timeout ?? TimeSpan.FromSeconds(8));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped) await _server.StopAsync(TimeSpan.FromSeconds(2));
        await _server.DisposeAsync();
        Http.Dispose();
    }

    private sealed class MemoryLog : ILoggerProvider
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => new Sink(_lines);

        public void Dispose()
        {
        }

        private sealed class Sink(ConcurrentQueue<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
        }
    }
}
