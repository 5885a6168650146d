using System.Diagnostics;
using System.Globalization;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>
/// A server with a real quota, a broker, clients that keep all they get, a load, and a watch over its states: everything that a test of
/// overload needs but the overload.
/// </summary>
internal sealed class OverloadRun : IAsyncDisposable
{
    private static readonly string[] Channels = [.. Enumerable.Range(0, 20).Select(i => $"SYM{i:00}.trade")];

    // Everything is kept: what is missing at a client is the server's fault, not the stream's age.
    private static readonly (string Name, string Value)[] LongStream =
        [("JS_STREAM_MAX_AGE", "10m"), ("JS_STREAM_MAX_BYTES", "1GB"), ("JS_STREAM_MAX_MSGS", "10000000"), ("WS_PING_INTERVAL", "10m")];

    /// <summary>
    /// For overload that is to come from messages alone: the direct way joins what piles up, so that the messages it takes to overload a server
    /// are more than the clients of a test can read on what is left of the machine.
    /// </summary>
    public static readonly (string Name, string Value) OnTheStreamWay = ("WS_TRANSPORT", "stream");

    /// <summary>Clients that check everything.</summary>
    private const int Checking = 60;

    /// <summary>Messages a second that overload begins with.</summary>
    private const double LeastOverload = 300;

    private static readonly TimeSpan OverloadDoubles = TimeSpan.FromSeconds(8);

    private readonly PartsInUse _parts;

    private OverloadRun(PartsInUse parts, Cgroup cgroup, ServerProgram program, Uri address, IReadOnlyList<RecordingClient> clients, MeasuredLoad load, LoadWatch watch)
    {
        _parts = parts;
        Cgroup = cgroup;
        Program = program;
        Address = address;
        Clients = clients;
        Load = load;
        Watch = watch;
    }

    public Cgroup Cgroup { get; }

    public ServerProgram Program { get; }

    public Uri Address { get; }

    public IReadOnlyList<RecordingClient> Clients { get; }

    /// <summary>Nothing at first.</summary>
    public MeasuredLoad Load { get; }

    public LoadWatch Watch { get; }

    /// <summary>Every change of the state so far.</summary>
    public IReadOnlyList<LoadChange> Changes => LoadChange.In(Program.Output);

    /// <summary>Starts all parts, with 60 clients that check what they get, and the server at rest.</summary>
    /// <param name="crowd">Clients beside them, that only make work.</param>
    public static async Task<OverloadRun> StartAsync(double cpuCores, int crowd, params (string Name, string Value)[] variables)
    {
        var parts = new PartsInUse();
        try
        {
            var folder = parts.Add(new EmptyFolder());
            var nats = parts.AddAsync(await NatsServerProcess.StartAsync());
            var cgroup = parts.AddAsync(Cgroup.Create(cpuCores: cpuCores));
            var (program, address) = await cgroup.ServeAsync(folder.Path, [("NATS_URL", nats.Url.ToString()), .. LongStream, .. variables]);
            parts.Add(program);
            var clients = new List<RecordingClient>();
            for (var i = 0; i < Checking; i++)
            {
                string[] names = i % 4 == 3 ? [Channels[i % 20], Channels[(i + 7) % 20], Channels[(i + 13) % 20]] : [">"];
                clients.Add(parts.AddAsync(await RecordingClient.ConnectAsync(address, names)));
            }

            parts.Add(await Crowd.JoinAsync(address, crowd));
            var broker = parts.AddAsync(await Broker.ConnectAsync(nats));
            var load = parts.AddAsync(new MeasuredLoad(broker, Channels, 0));
            var run = new OverloadRun(parts, cgroup, program, address, clients, load, parts.AddAsync(new LoadWatch(address)));
            await run.WaitForStateAsync("normal", "it should come to rest after its start", TimeSpan.FromSeconds(60));
            return run;
        }
        catch
        {
            await parts.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one that is awake.</summary>
    public Neighbour StartNeighbour() => new(Cgroup.StartBurner());

    /// <summary>The states it went through and when, and how long <c>/health</c> took at most.</summary>
    public string Story()
    {
        var first = Changes.Count > 0 ? Changes[0].At : default;
        var changes = Changes.Select(change => string.Create(CultureInfo.InvariantCulture, $"{(change.At - first).TotalSeconds:0.0} s {change.After}"));
        return string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", changes)}; /health took {Watch.Slowest.TotalMilliseconds:0} ms at most");
    }

    public async Task<double> MetricAsync(string series) => (await MetricsPage.ReadAsync(Address, series))!.Value;

    public Task WaitForStateAsync(string state, string reason, TimeSpan deadline) =>
        Wait.UntilAsync(() => Task.FromResult(Watch.State == state), () => $"{reason}; {Watch.State} is what it says, and its log:\n{string.Join('\n', Program.Output)}", deadline);

    /// <summary>More and more messages, until they are more than the server can deliver and it pauses. How many that is depends on the machine.</summary>
    public Task OverloadAsync()
    {
        var started = Stopwatch.GetTimestamp();
        return Wait.UntilAsync(
            () =>
            {
                Load.PerSecond = (int)(LeastOverload * Math.Pow(2, Stopwatch.GetElapsedTime(started) / OverloadDoubles));
                return Task.FromResult(Watch.State == "paused");
            },
            () => $"{Load.PerSecond} messages a second to {Clients.Count} clients and a crowd should pause it; {Watch.State} is what it says, and its log:\n{string.Join('\n', Program.Output)}",
            TimeSpan.FromSeconds(60));
    }

    /// <summary>Ends the load, waits until everybody has the last message, and checks every client's whole history.</summary>
    /// <returns>What was stored.</returns>
    public async Task<IReadOnlyList<StreamMessage>> CheckDeliveriesAsync(bool mayHaveGaps = false)
    {
        var stored = await Load.EndAsync();
        foreach (var client in Clients)
        {
            var last = stored.Last(message => client.Wants(message.Channel)).Sequence;
            await Wait.UntilAsync(
                () => Task.FromResult(client.LastSequence >= last || client.IsOver),
                () => $"{last} should come on {string.Join(',', client.Names)}; {client.LastSequence} is the last",
                TimeSpan.FromSeconds(60));
        }

        var checker = new DeliveryChecker(stored);
        foreach (var client in Clients)
        {
            Assert.False(client.IsOver, $"a client of {string.Join(',', client.Names)} lost its connection with {client.CloseCode}");
            Assert.Empty(checker.Check(client.Frames(), client.Wants, client.AckedAt, stored[^1].Sequence));
            Assert.DoesNotContain(client.Frames(), frame => frame["type"]!.GetValue<string>() is "reset" || (frame["type"]!.GetValue<string>() is "gap" && !mayHaveGaps));
        }

        Assert.Equal(1, await MetricAsync("ws_stream_consumers_created_total"));
        return stored;
    }

    /// <summary>The log, <c>/health</c>, the metrics and what newcomers met tell the same story, in which the intake was paused.</summary>
    public async Task CheckStatesAsync()
    {
        await Watch.EndAsync();
        Assert.Empty(Watch.Contradictions(Changes));
        Assert.Contains(Changes, change => change.After == "paused");
        foreach (var where in new[] { "health", "metrics" }) Assert.Contains(Watch.States, seen => seen.Where == where && seen.State == "paused");
        Assert.Contains(Watch.Newcomers, knock => knock is (503, "cpu", > 0, _, _));
        Assert.True(await MetricAsync("ws_intake_paused_seconds_total") > 0, "a pause adds up");
        Assert.True(await MetricAsync("ws_connections_rejected_total{reason=\"cpu\"}") >= Watch.Newcomers.Count(knock => knock.Error == "cpu"), "each refusal is counted");
    }

    public ValueTask DisposeAsync() => _parts.DisposeAsync();
}
