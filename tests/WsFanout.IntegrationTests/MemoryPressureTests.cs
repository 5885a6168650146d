using System.Net.Sockets;
using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Little memory by a real limit, and clients that never read: newcomers are refused, then clients closed and the intake paused, and nobody who reads is closed for what others had held.</summary>
[Collection(GovernedTests.Name)]
public sealed class MemoryPressureTests
{
    private const int Deaf = 40;
    private const long Limit = 350L << 20;

    // Words of the log.
    private const string Rejecting = "\"Now\":\"Rejecting\",\"Reason\":\"memory\"";
    private const string Shed = "clients are closed with 4100 (memory";
    private const string Paused = "\"Now\":\"Paused\",\"Reason\":\"memory\"";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    // The CPU is not what this is about. Each client may have more waiting than all memory holds.
    private static readonly (string Name, string Value)[] Settings =
    [
        ("WS_CPU_REJECT_THRESHOLD", "100"), ("WS_CPU_PAUSE_THRESHOLD", "100"), ("WS_LAG_REJECT", "0"), ("WS_PING_INTERVAL", "10m"),
        ("WS_SEND_QUEUE_SIZE", "100000"), ("WS_SEND_QUEUE_BYTES", "64MB"), ("WS_SLOW_CLIENT_TIMEOUT", "10m"), ("WS_WORKER_QUEUE_BYTES", "64MB"), ("WS_REPLAY_MAX_BYTES", "8MB"),
        ("JS_STREAM_STORAGE", "memory"), ("JS_STREAM_MAX_AGE", "10m"), ("JS_STREAM_MAX_BYTES", "2GB"), ("JS_STREAM_MAX_MSGS", "10000000"),
    ];

    [FactInCgroup]
    public async Task Clients_that_never_read_are_closed_before_their_queues_fill_the_memory_and_the_others_lose_nothing()
    {
        await using var parts = new PartsInUse();
        var folder = parts.Add(new EmptyFolder());
        var nats = parts.AddAsync(await NatsServerProcess.StartAsync());
        var cgroup = parts.AddAsync(Cgroup.Create(memoryBytes: Limit));
        var (program, address) = await cgroup.ServeAsync(folder.Path, [("NATS_URL", nats.Url.ToString()), .. Settings]);
        parts.Add(program);
        var reading = parts.AddAsync(await RecordingClient.ConnectAsync(address, "reading"));
        var deaf = new List<TcpClient>();
        await Wait.UntilAsync(
            async () =>
            {
                if (await RawHandshake.TryOpenAsync(address, $"deaf.{deaf.Count}", receiveBufferBytes: 4096) is { } member) deaf.Add(parts.Add(member));
                return deaf.Count == Deaf;
            },
            "the deaf clients should be let in",
            Patience);
        var broker = parts.AddAsync(await Broker.ConnectAsync(nats));
        var load = parts.AddAsync(new MeasuredLoad(broker, [.. Enumerable.Range(0, Deaf).Select(i => $"deaf.{i}"), "reading"], 2_000, payloadBytes: 16_000));
        var watch = parts.AddAsync(new LoadWatch(address));
        Task WaitForAsync(string words, string reason) => Wait.UntilAsync(
            () => Task.FromResult(LineOf(program, words) >= 0 || program.HasExited), () => $"{reason}\n{string.Join('\n', program.Output.TakeLast(20))}", Patience);

        // Fast at first, then so that each look of the governor finds a little more.
        await Wait.UntilAsync(async () => await MemoryPercentAsync(address) > 70 || program.HasExited, "the queues should fill the memory", Patience);
        load.PerSecond = 250;
        await WaitForAsync(Shed, "clients should be shed");
        load.PerSecond = 2_500;
        await WaitForAsync(Paused, "more than shedding frees should pause the intake");
        load.PerSecond = 0;
        Assert.False(program.HasExited, string.Join('\n', program.Output.TakeLast(20).Concat(program.Errors)));
        deaf.ForEach(client => client.Dispose());
        var stored = await load.EndAsync();
        await Wait.UntilAsync(() => reading.LastSequence == stored.Last(message => message.Channel == "reading").Sequence || reading.IsOver, "the last message should come", Patience);
        await Wait.UntilAsync(() => watch.State == "normal", "it should come back by itself", Patience);
        await watch.EndAsync();

        // A pause does no harm and comes at once; clients are shed only when a collection has shown that it is not garbage, which may be a look later.
        Assert.InRange(LineOf(program, Rejecting), 0, Math.Min(LineOf(program, Shed), LineOf(program, Paused)) - 1);
        Assert.Contains(watch.Newcomers, knock => knock is (503, "memory", > 0, _, _));
        Assert.False(reading.IsOver, $"the client that reads was closed with {reading.CloseCode}\n{string.Join('\n', program.Output.Where(line => line.Contains("Load: ", StringComparison.Ordinal)))}");
        Assert.Empty(new DeliveryChecker(stored).Check(reading.Frames(), reading.Wants, reading.AckedAt, stored[^1].Sequence));
        Assert.Equal(0, reading.Missed);
    }

    [FactInCgroup]
    public async Task Killed_for_memory_and_started_again_it_lets_the_whole_herd_back_in()
    {
        const int herd = 200;
        await using var parts = new PartsInUse();
        var folder = parts.Add(new EmptyFolder());
        var nats = parts.AddAsync(await NatsServerProcess.StartAsync());
        var cgroup = parts.AddAsync(Cgroup.Create(memoryBytes: Limit));
        (string, string)[] settings = [("NATS_URL", nats.Url.ToString()), ("JS_STREAM_MAX_AGE", "10m"), ("JS_STREAM_MAX_BYTES", "1GB")];
        var (first, address) = await cgroup.ServeAsync(folder.Path, settings);
        parts.Add(first);
        var before = await JoinAsync(parts, address, herd);

        // The kernel is told whom to take first, then somebody eats what is left.
        foreach (var member in CgroupLayout.Members(cgroup.MemoryDirectory)) File.WriteAllText($"/proc/{member}/oom_score_adj", "1000");
        using var eater = cgroup.Start("tail", "/dev/zero");
        Assert.Equal(137, await first.WaitForExitAsync(Patience));
        var (second, _) = await cgroup.ServeAsync(folder.Path, [.. settings, ("WS_ADDR", $"127.0.0.1:{address.Port}")]);
        parts.Add(second);
        var after = await JoinAsync(parts, address, herd);

        var broker = parts.AddAsync(await Broker.ConnectAsync(nats));
        var load = parts.AddAsync(new MeasuredLoad(broker, ["a.b"], 50));
        await Wait.UntilAsync(() => load.Count >= 50, "messages should be stored");
        var stored = await load.EndAsync();
        foreach (var client in after) await Wait.UntilAsync(() => client.LastSequence == stored[^1].Sequence, "everybody should get the last message", Patience);
        Assert.All(after, client => Assert.Empty(new DeliveryChecker(stored).Check(client.Frames(), client.Wants, client.AckedAt, stored[^1].Sequence)));
        Assert.All(before, client => Assert.True(client.IsOver, "the connections of the first have ended"));
        Assert.False(second.HasExited);
    }

    private static async Task<RecordingClient[]> JoinAsync(PartsInUse parts, Uri address, int size)
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, size).Select(_ => RecordingClient.ConnectAsync(address, ">")));
        foreach (var client in clients) parts.AddAsync(client);
        return clients;
    }

    private static async Task<double> MemoryPercentAsync(Uri address)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return JsonNode.Parse(await http.GetStringAsync(new Uri(address, "health")))!["checks"]!["memory"]!["percent"]!.GetValue<double>();
    }

    /// <summary>Where in the log words come first; −1 when nowhere.</summary>
    private static int LineOf(ServerProgram program, string words) => program.Output.ToList().FindIndex(line => line.Contains(words, StringComparison.Ordinal));
}
