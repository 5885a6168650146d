using System.Globalization;
using System.Text;
using WsFanout.IntegrationTests.Support;
using WsFanout.Nats;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>What can happen to a stream while it is read: each recognised, told to clients exactly, and survived.</summary>
public sealed class StreamFaultTests
{
    private static readonly (string Name, string Value)[] LongStream = [("JS_STREAM_MAX_AGE", "10m")];

    [Fact]
    public async Task A_consumer_that_is_deleted_again_and_again_costs_no_message()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats, LongStream);
        await using var broker = await Broker.ConnectAsync(nats);
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");
        using var until = new CancellationTokenSource();
        var publishing = broker.PublishSteadilyAsync(["a.b", "c.d"], 200, until.Token);

        for (var i = 0; i < 5; i++)
        {
            var created = await server.MetricAsync("ws_stream_consumers_created_total");
            foreach (var consumer in await broker.ConsumersAsync()) await broker.Js.DeleteConsumerAsync(Broker.Stream, consumer);
            await Wait.UntilAsync(async () => await server.MetricAsync("ws_stream_consumers_created_total") > created, "the consumer should be made again");
        }

        await until.CancelAsync();
        var published = await publishing;
        await client.WaitForMessagesAsync(published);
        Assert.Empty(new DeliveryChecker(await broker.StoredAsync()).Check(client.Frames, _ => true, 0, published));
        Assert.Empty(client.OfType("gap"));
    }

    [Fact]
    public async Task Messages_that_the_stream_drops_before_they_were_read_are_announced_to_the_number()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats, LongStream);
        await using var broker = await Broker.ConnectAsync(nats);
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");
        for (var i = 1; i <= 3; i++) await server.PublishAsync("a.b", $"{i}");
        await client.WaitForMessagesAsync(3);

        await PublishWhileServerIsAwayAsync(nats, broker, "a.b", 4, 10, () => broker.Js.PurgeStreamAsync(Broker.Stream, new PurgeRequest { Keep = 2 }));
        await client.WaitForMessagesAsync(5);

        var gap = Assert.Single(client.OfType("gap"));
        Assert.Equal((4, 8, "upstream"), (gap["from"]!.GetValue<long>(), gap["to"]!.GetValue<long>(), gap["reason"]!.GetValue<string>()));
        Assert.Equal([1, 2, 3, 9, 10], client.Messages.Select(message => message["seq"]!.GetValue<long>()));
        Assert.Equal(0, client.Messages[3]["prev"]!.GetValue<long>());
        Assert.Equal(5, await server.MetricAsync("ws_stream_missing_messages_total"));
    }

    [Fact]
    public async Task A_single_deleted_message_is_a_gap_of_one()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats, LongStream);
        await using var broker = await Broker.ConnectAsync(nats);
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");
        await server.PublishAsync("a.b", "1");
        await client.WaitForMessagesAsync(1);

        await PublishWhileServerIsAwayAsync(nats, broker, "a.b", 2, 5, () => broker.Js.DeleteMessageAsync(Broker.Stream, 3));
        await client.WaitForMessagesAsync(4);

        var gap = Assert.Single(client.OfType("gap"));
        Assert.Equal((3, 3), (gap["from"]!.GetValue<long>(), gap["to"]!.GetValue<long>()));
        Assert.Equal([1, 2, 4, 5], client.Messages.Select(message => message["seq"]!.GetValue<long>()));
    }

    [Fact]
    public async Task A_stream_that_was_deleted_is_made_again_and_clients_are_told_to_start_over()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats, LongStream);
        await using var broker = await Broker.ConnectAsync(nats);
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");
        for (var i = 0; i < 3; i++) await server.PublishAsync("a.b", "1");
        await client.WaitForMessagesAsync(3);

        await broker.Js.DeleteStreamAsync(Broker.Stream);
        await client.WaitForAsync("reset");
        await Wait.UntilAsync(server.IsAttachedAsync, "the new stream should be attached");
        await server.PublishAsync("a.b", "2");
        await client.WaitForMessagesAsync(4);

        var reset = Assert.Single(client.OfType("reset"));
        Assert.NotEqual(client.OfType("welcome")[0]["epoch"]!.GetValue<string>(), reset["epoch"]!.GetValue<string>());
        Assert.Equal(1, client.Messages[3]["seq"]!.GetValue<long>());
        Assert.Equal(0, client.Messages[3]["prev"]!.GetValue<long>());
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task A_memory_stream_that_died_with_its_broker_comes_back_when_somebody_makes_it(string ensure)
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using (var broker = await Broker.ConnectAsync(nats)) await broker.Js.CreateStreamAsync(MemoryStream());
        await using var server = await TestServer.StartAsync(nats, [("JS_STREAM_STORAGE", "memory"), ("JS_STREAM_ENSURE", ensure), .. LongStream]);
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");
        await server.PublishAsync("a.b", "1");
        await client.WaitForMessagesAsync(1);

        await nats.KillAsync();
        await nats.RestartAsync();
        if (ensure == "false")
        {
            await Wait.UntilAsync(async () => (await server.Http.GetStringAsync(new Uri("health", UriKind.Relative))).Contains("stream_not_found", StringComparison.Ordinal), "health should say that the stream is missing");
            await using var broker = await Broker.ConnectAsync(nats);
            await broker.Js.CreateStreamAsync(MemoryStream());
        }

        await client.WaitForAsync("reset");
        await Wait.UntilAsync(server.IsAttachedAsync, "the new stream should be attached");
        await server.PublishAsync("a.b", "2");
        await client.WaitForMessagesAsync(2);
        Assert.False(client.IsOver);
        Assert.NotEqual(client.OfType("welcome")[0]["epoch"]!.GetValue<string>(), Assert.Single(client.OfType("reset"))["epoch"]!.GetValue<string>());
        Assert.Equal((1, 0), (client.Messages[1]["seq"]!.GetValue<int>(), client.Messages[1]["prev"]!.GetValue<int>()));
        Assert.Empty(client.OfType("gap"));
    }

    [Fact]
    public async Task A_stream_whose_readers_take_from_each_other_is_refused_with_the_reason()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        await broker.Js.CreateStreamAsync(MemoryStream() with { Retention = StreamConfigRetention.Workqueue });
        await using var server = await TestServer.StartAsync(("NATS_URL", nats.Url.ToString()));

        await Wait.UntilAsync(() => server.Log.Any(line => line.Contains("wrong_retention", StringComparison.Ordinal)), "the refusal should be logged");
        var health = await server.Http.GetStringAsync(new Uri("health", UriKind.Relative));
        using var handshake = await server.Http.SendAsync(Upgrade());

        Assert.Contains("only limits can be served", health, StringComparison.Ordinal);
        Assert.Equal(503, (int)handshake.StatusCode);
        Assert.Contains("\"starting\"", await handshake.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await broker.Js.DeleteStreamAsync(Broker.Stream);
        await server.WaitUntilReadyAsync();
    }

    [Fact]
    public async Task A_server_that_was_there_before_its_broker_becomes_ready_with_it()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await nats.KillAsync();
        await using var server = await TestServer.StartAsync(("NATS_URL", nats.Url.ToString()));
        Assert.False(await server.IsReadyAsync());

        await nats.RestartAsync();

        await server.WaitUntilReadyAsync();
    }

    [Fact]
    public async Task A_broker_that_stands_still_and_goes_on_delivers_nothing_twice()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats, [("JS_HEARTBEAT", "200ms"), .. LongStream]);
        await using var broker = await Broker.ConnectAsync(nats);
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");
        using var until = new CancellationTokenSource();
        var publishing = broker.PublishSteadilyAsync(["a.b"], 200, until.Token);
        await client.WaitForMessagesAsync(50);

        nats.Stop();
        await Wait.UntilAsync(() => server.Log.Any(line => line.Contains("no heartbeat", StringComparison.Ordinal)), "the silence should be noticed");
        nats.Continue();
        await client.WaitForMessagesAsync(client.Messages.Count + 100);

        await until.CancelAsync();
        await publishing;
        var stored = await broker.StoredAsync();
        await client.WaitForMessagesAsync(stored.Count);
        Assert.Empty(new DeliveryChecker(stored).Check(client.Frames, _ => true, 0, stored[^1].Sequence));
        Assert.Empty(client.OfType("gap"));
    }

    [Fact]
    public async Task Subjects_that_are_not_served_are_skipped_counted_and_no_gap()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        await broker.Js.CreateStreamAsync(MemoryStream() with { Subjects = ["odin.>"] });
        await using var server = await TestServer.StartAsync(nats, ("JS_SUBJECTS", "odin.token.>,odin.other"), ("WS_MAX_CHANNEL_LENGTH", "32"));
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");

        foreach (var subject in new[] { "odin.elsewhere", "odin.other", $"odin.token.{new string('x', 33)}", "odin.token.é", "odin.token.a.b" })
        {
            await broker.Js.PublishAsync(subject, Encoding.UTF8.GetBytes(subject));
        }

        await client.WaitForMessagesAsync(2);
        Assert.Equal(["é", "a.b"], client.Messages.Select(message => message["channel"]!.GetValue<string>()));
        Assert.Equal([4L, 5L], client.Messages.Select(message => message["seq"]!.GetValue<long>()));
        Assert.Empty(client.OfType("gap"));
        foreach (var reason in new[] { "subject", "prefix", "channel" })
        {
            Assert.Equal(1, await server.MetricAsync($"ws_stream_skipped_total{{reason=\"{reason}\"}}"));
        }
    }

    [Theory]
    [InlineData("WS_WORKER_QUEUE_SIZE", "64", 3000, 10)]
    [InlineData("WS_WORKER_QUEUE_BYTES", "1MB", 60, 100_000)]
    public async Task A_burst_above_the_queue_s_bound_waits_in_the_stream_and_loses_nothing(string bound, string value, int messages, int bytes)
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats, [(bound, value), ("WS_SEND_QUEUE_SIZE", "10000"), ("WS_SEND_QUEUE_BYTES", "64MB"), .. LongStream]);
        await using var broker = await Broker.ConnectAsync(nats);
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");
        var payload = Encoding.UTF8.GetBytes($"\"{new string('x', bytes)}\"");

        var publishes = Enumerable.Range(0, messages).Select(_ => broker.Js.PublishAsync("odin.token.a.b", payload, timeout: TimeSpan.FromSeconds(10)).AsTask());
        await Task.WhenAll(publishes);
        await client.WaitForMessagesAsync(messages, TimeSpan.FromSeconds(30));

        Assert.Equal(Enumerable.Range(1, messages).Select(i => (long)i), client.Messages.Select(message => message["seq"]!.GetValue<long>()));
        Assert.True(await server.MetricAsync("ws_worker_queue_capacity") >= 32);
    }

    [Fact]
    public async Task A_wrong_password_is_a_reason_and_never_in_the_log()
    {
        const string config = "authorization { user: sut, password: right }";
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = config, UserInfo = "sut:right" });
        await using var server = await TestServer.StartAsync(("NATS_URL", $"nats://127.0.0.1:{nats.Port}"), ("NATS_USER", "sut"), ("NATS_PASSWORD", "hunter2-wrong"));

        await Wait.UntilAsync(
            async () => (await server.Http.GetStringAsync(new Uri("health", UriKind.Relative))).Contains("Authorization Violation", StringComparison.OrdinalIgnoreCase), "health should say why");

        Assert.DoesNotContain(server.Log, line => line.Contains("hunter2", StringComparison.Ordinal));
    }

    /// <summary>Takes the right to make consumers away by a restart of the broker: what is stored and dropped meanwhile is seen only afterwards.</summary>
    private static async Task PublishWhileServerIsAwayAsync(NatsServerProcess nats, Broker broker, string channel, int from, int to, Func<Task> drop)
    {
        await nats.RestartAsync(NoPulls);
        for (var i = from; i <= to; i++) await PublishAsync(broker, channel, i);
        await drop();

        // In order: some brokers (2.10.27) have all that was purged again when they are killed right after it.
        await nats.TerminateAsync();
        await nats.RestartAsync("");
    }

    private const string NoPulls = """authorization { default_permissions { publish: { deny: ["$JS.API.CONSUMER.>"] } }, users: [ { user: a, password: b } ] }, no_auth_user: a""";

    private static async Task PublishAsync(Broker broker, string channel, int value)
    {
        var payload = Encoding.UTF8.GetBytes(value.ToString(CultureInfo.InvariantCulture));
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                // The same message id: an answer that was lost must not store it twice.
                await broker.Js.PublishAsync(Broker.Prefix + channel, payload, new NatsHeaders { { "Nats-Msg-Id", $"{channel}-{value}" } }, TimeSpan.FromSeconds(2));
                return;
            }
            catch (NatsException) when (attempt < 50)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }
    }

    private static StreamConfig MemoryStream() => new() { Name = Broker.Stream, Subjects = ["odin.token.>"], Storage = StreamConfigStorage.Memory };

    private static HttpRequestMessage Upgrade()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri("ws", UriKind.Relative));
        request.Headers.Add("Connection", "Upgrade");
        request.Headers.Add("Upgrade", "websocket");
        request.Headers.Add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        request.Headers.Add("Sec-WebSocket-Version", "13");
        return request;
    }
}
