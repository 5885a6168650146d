using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>A node of a cluster of brokers is taken out under load. Every client's history is checked as a whole.</summary>
[Collection(nameof(FaultTests))]
public sealed class NodeLossTests
{
    private const int SigUsr2 = 12;
    private const int MessagesPerSecond = 200;

    private static readonly string[] Channels = [.. Enumerable.Range(0, 10).Select(i => $"SYM{i:00}.trade")];

    public static TheoryData<string> Binaries => [.. NatsServerProcess.Binaries];

    [Theory]
    [MemberData(nameof(Binaries))]
    public async Task A_node_in_lame_duck_mode_is_left_before_it_cuts_and_no_client_misses_or_doubles_a_message(string binary)
    {
        await using var run = await Run.StartAsync(binary);

        run.First.Signal(SigUsr2);
        await run.UntilMovedAsync();
        Assert.False(run.First.HasExited, "the node should still be there");

        await run.FinishAsync();
        Assert.Contains(run.Server.Log, line => line.Contains("Left NATS server", StringComparison.Ordinal));
        Assert.DoesNotContain(run.Server.Log, line => line.Contains("Lost the connection", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Binaries))]
    public async Task A_node_that_is_stopped_costs_no_client_a_message_and_doubles_none(string binary)
    {
        await using var run = await Run.StartAsync(binary);

        await run.First.TerminateAsync();
        await run.UntilMovedAsync();

        await run.FinishAsync();
    }

    /// <summary>Three nodes, a stream with three replicas, a server that was told of the first node only, clients, and a publisher at the second node.</summary>
    private sealed class Run : IAsyncDisposable
    {
        private readonly CancellationTokenSource _publishUntil = new();
        private readonly NatsCluster _cluster;
        private readonly List<(TestClient Client, long AckedAt)> _clients = [];
        private readonly Broker _broker;
        private readonly Task<int> _publishing;

        private Run(NatsCluster cluster, TestServer server, Broker broker)
        {
            _cluster = cluster;
            Server = server;
            _broker = broker;
            _publishing = broker.PublishSteadilyAsync(Channels, MessagesPerSecond, _publishUntil.Token);
        }

        public TestServer Server { get; }

        /// <summary>The node that the server is connected to.</summary>
        public NatsServerProcess First => _cluster.Nodes[0];

        public static async Task<Run> StartAsync(string binary)
        {
            var cluster = await NatsCluster.StartAsync(3, new NatsServerOptions { Binary = binary, Config = "lame_duck_duration: \"30s\"" });
            var server = await TestServer.StartAsync(
                ("NATS_URL", cluster.Nodes[0].Url.ToString()), ("JS_STREAM_REPLICAS", "3"), ("JS_STREAM_MAX_AGE", "10m"), ("JS_STREAM_MAX_BYTES", "200MB"));

            // A cluster without a leader yet makes no stream.
            await Wait.UntilAsync(server.IsReadyAsync, "the server should be ready", TimeSpan.FromSeconds(60));
            var run = new Run(cluster, server, await Broker.ConnectAsync(cluster.Nodes[1]));
            for (var i = 0; i < 20; i++)
            {
                var client = await server.ConnectAsync();
                var ack = await client.SubscribeAsync(i % 2 == 0 ? ["*.trade"] : [.. Channels]);
                run._clients.Add((client, ack["seq"]!.GetValue<long>()));
            }

            await Wait.UntilAsync(() => run._clients.All(one => one.Client.OfType("message").Count >= MessagesPerSecond / 2), "messages should flow");
            return run;
        }

        /// <summary>Connected to another node, attached there, and messages flow from it.</summary>
        public async Task UntilMovedAsync()
        {
            await Wait.UntilAsync(async () => await Server.MetricAsync("ws_nats_reconnects_total") >= 1, "the server should be connected to another node", TimeSpan.FromSeconds(30));
            await Wait.UntilAsync(Server.IsAttachedAsync, "the server should be attached again", TimeSpan.FromSeconds(30));
            var before = _clients[0].Client.OfType("message").Count;
            await Wait.UntilAsync(() => _clients[0].Client.OfType("message").Count > before + MessagesPerSecond, "messages should flow again", TimeSpan.FromSeconds(30));
        }

        public async Task FinishAsync()
        {
            await _publishUntil.CancelAsync();
            await _publishing;
            var stored = await _broker.StoredAsync();
            var checker = new DeliveryChecker(stored);
            foreach (var (client, ackedAt) in _clients)
            {
                var owed = stored.Count(message => message.Sequence > ackedAt);
                await Wait.UntilAsync(() => client.OfType("message").Count >= owed || client.IsOver, $"{owed} messages should come");
                Assert.False(client.IsOver, $"a client lost its connection with {client.CloseCode}");
                Assert.Empty(checker.Check(client.Frames, _ => true, ackedAt, stored[^1].Sequence));
                Assert.Empty(client.OfType("gap"));
                Assert.Empty(client.OfType("reset"));
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _publishUntil.CancelAsync();
            await _publishing;
            foreach (var (client, _) in _clients) await client.DisposeAsync();
            await Server.DisposeAsync();
            await _broker.DisposeAsync();
            await _cluster.DisposeAsync();
            _publishUntil.Dispose();
        }
    }
}
