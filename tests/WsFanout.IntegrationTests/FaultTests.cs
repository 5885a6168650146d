using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Load from a real stream to many clients, and the broker killed under it. Every client's history is checked as a whole.</summary>
[Collection(nameof(FaultTests))]
public sealed class FaultTests
{
    private const int Clients = 40;
    private const int MessagesPerSecond = 100;

    // A stream that keeps everything: what is missing at a client is the server's fault, not the stream's age.
    private static readonly (string Name, string Value)[] LongStream = [("JS_STREAM_MAX_AGE", "10m"), ("JS_STREAM_MAX_BYTES", "200MB")];

    private static readonly string[] Channels = [.. Enumerable.Range(0, 20).Select(i => $"SYM{i:00}.trade")];

    public static TheoryData<string> Binaries => [.. NatsServerProcess.Binaries];

    [Theory]
    [MemberData(nameof(Binaries))]
    public async Task Every_client_gets_every_message_of_its_channels_once_and_in_order(string binary)
    {
        await using var run = await Run.StartAsync(binary);

        await Task.Delay(TimeSpan.FromSeconds(4));

        await run.FinishAsync();
    }

    [Theory]
    [MemberData(nameof(Binaries))]
    public async Task A_broker_killed_three_times_under_load_costs_no_client_a_message_or_its_connection(string binary)
    {
        await using var run = await Run.StartAsync(binary);

        for (var kill = 0; kill < 3; kill++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            await run.Nats.KillAsync();
            await Task.Delay(TimeSpan.FromSeconds(1));
            await run.Nats.RestartAsync();
            await Wait.UntilAsync(run.Server.IsAttachedAsync, $"the server should be attached again after kill {kill + 1}");
        }

        await run.FinishAsync();
    }

    /// <summary>Broker, server, clients with subscriptions of all kinds, and a publisher that goes on until the end.</summary>
    private sealed class Run : IAsyncDisposable
    {
        private readonly CancellationTokenSource _publishUntil = new();
        private readonly List<(TestClient Client, string[] Names, long AckedAt)> _clients = [];
        private readonly Broker _broker;
        private readonly Task<int> _publishing;

        private Run(NatsServerProcess nats, TestServer server, Broker broker)
        {
            Nats = nats;
            Server = server;
            _broker = broker;
            _publishing = broker.PublishSteadilyAsync(Channels, MessagesPerSecond, _publishUntil.Token);
        }

        public NatsServerProcess Nats { get; }

        public TestServer Server { get; }

        public static async Task<Run> StartAsync(string binary)
        {
            var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Binary = binary });
            var server = await TestServer.StartAsync(nats, LongStream);
            var run = new Run(nats, server, await Broker.ConnectAsync(nats));
            for (var i = 0; i < Clients; i++)
            {
                var client = await server.ConnectAsync();
                string[] names = (i % 4) switch
                {
                    0 => [Channels[i % 20], Channels[(i + 7) % 20], Channels[(i + 13) % 20]],
                    1 => [Channels[i % 20], $"{Channels[(i + 3) % 20].Split('.')[0]}.*", Channels[(i + 3) % 20]],
                    2 => ["*.trade", Channels[i % 20], "nothing.here"],
                    _ => [">", "*.trade", $"{Channels[i % 20].Split('.')[0]}.>"],
                };
                var ack = await client.SubscribeAsync(names);
                run._clients.Add((client, names, ack["seq"]!.GetValue<long>()));
            }

            return run;
        }

        /// <summary>Stops publishing, waits for the last message to arrive everywhere, and checks every client.</summary>
        public async Task FinishAsync()
        {
            await _publishUntil.CancelAsync();
            var acknowledged = await _publishing;
            var stored = await _broker.StoredAsync();
            Assert.True(stored.Count >= acknowledged, $"{acknowledged} were acknowledged, the stream holds {stored.Count}");
            Assert.True(acknowledged > MessagesPerSecond, $"only {acknowledged} messages were published: the test would prove little");

            var checker = new DeliveryChecker(stored);
            foreach (var (client, names, ackedAt) in _clients)
            {
                bool Wants(string channel) => names.Any(name => Matches(name, channel));
                var owed = stored.Count(message => message.Sequence > ackedAt && Wants(message.Channel));
                await Wait.UntilAsync(() => client.OfType("message").Count >= owed || client.IsOver, $"{owed} messages should come on {string.Join(',', names)}");
                Assert.False(client.IsOver, $"the client of {string.Join(',', names)} lost its connection with {client.CloseCode}");
                Assert.Empty(checker.Check(client.Frames, Wants, ackedAt, stored[^1].Sequence));
                Assert.Empty(client.OfType("gap"));
                Assert.Empty(client.OfType("reset"));
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _publishUntil.CancelAsync();
            await _publishing;
            foreach (var (client, _, _) in _clients) await client.DisposeAsync();
            await Server.DisposeAsync();
            await _broker.DisposeAsync();
            await Nats.DisposeAsync();
            _publishUntil.Dispose();
        }

        /// <summary>A matcher of the test's own, so that it does not share a mistake with the server's.</summary>
        private static bool Matches(string name, string channel)
        {
            var pattern = "^" + System.Text.RegularExpressions.Regex.Escape(name).Replace(@"\*", "[^.]+", StringComparison.Ordinal).Replace(">", ".+", StringComparison.Ordinal) + "$";
            return System.Text.RegularExpressions.Regex.IsMatch(channel, pattern);
        }
    }
}
