using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>A pause of the intake, brought about by the switch that tests have: on a real broker, with clients that must lose nothing by it.</summary>
public sealed class PauseTests
{
    private static readonly string[] Channels = ["a.b", "c.d", "e.f"];

    [Fact]
    public async Task A_pause_shorter_than_the_stream_keeps_loses_nothing_and_makes_no_consumer_anew()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats, ("WS_TEST_PAUSE", "true"), ("JS_PULL_EXPIRES", "2s"));
        await using var broker = await Broker.ConnectAsync(nats);
        await using var client = await server.ConnectAsync();
        var ackedAt = (await client.SubscribeAsync(">"))["seq"]!.GetValue<long>();
        using var enough = new CancellationTokenSource();
        var publishing = broker.PublishSteadilyAsync(Channels, 200, enough.Token);
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_messages_sent_total") > 50, "messages should flow before the pause");

        // Longer than a pull lives: nothing may be asked for meanwhile, though the last request ends.
        await PauseAsync(server, "4s");
        var atPause = await server.MetricAsync("ws_nats_messages_received_total");
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_stream_lag_messages") > 300, "the stream should grow unread");
        Assert.Equal(atPause, await server.MetricAsync("ws_nats_messages_received_total"));
        Assert.Equal("paused", await StateAsync(server));
        Assert.Equal(1, await server.MetricAsync("ws_governor_state{state=\"paused\"}"));
        Assert.True(await server.MetricAsync("ws_intake_paused_seconds_total") > 0.5);
        Assert.InRange(await server.MetricAsync("ws_stream_headroom_seconds"), 5, 30);

        await Wait.UntilAsync(async () => await StateAsync(server) == "normal", "it should come back by itself", TimeSpan.FromSeconds(30));
        await enough.CancelAsync();
        var acknowledged = await publishing;
        var stored = await broker.StoredAsync();
        await client.WaitForMessagesAsync(stored.Count(message => message.Sequence > ackedAt));
        Assert.Empty(new DeliveryChecker(stored).Check(client.Frames, _ => true, ackedAt, stored[^1].Sequence));
        Assert.Empty(client.OfType("gap"));
        Assert.True(acknowledged > 500, $"{acknowledged} messages were published");
        Assert.Equal(1, await server.MetricAsync("ws_stream_consumers_created_total"));
        Assert.Equal(0, await server.MetricAsync("ws_stream_missing_messages_total"));
    }

    [Fact]
    public async Task A_pause_longer_than_the_stream_keeps_announces_what_was_dropped_to_the_number()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats, ("WS_TEST_PAUSE", "true"), ("JS_STREAM_MAX_AGE", "2s"));
        await using var broker = await Broker.ConnectAsync(nats);
        await using var client = await server.ConnectAsync();
        await client.SubscribeAsync(">");
        using var enough = new CancellationTokenSource();
        var publishing = broker.PublishSteadilyAsync(Channels, 200, enough.Token);
        await client.WaitForMessagesAsync(20);

        await PauseAsync(server, "6s");
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_stream_lost_messages") > 100, "the stream should drop unread messages during the pause", TimeSpan.FromSeconds(20));
        await client.WaitForAsync("gap");
        await enough.CancelAsync();
        var acknowledged = await publishing;
        await Wait.UntilAsync(() => client.Messages.Count > 0 && client.Messages[^1]["seq"]!.GetValue<long>() == acknowledged, $"the last message, {acknowledged}, should come");

        // Every number is either a message or in the gap, once: nothing else was ever stored.
        var gap = Assert.Single(client.OfType("gap"));
        var (from, to) = (gap["from"]!.GetValue<long>(), gap["to"]!.GetValue<long>());
        var received = client.Messages.Select(message => message["seq"]!.GetValue<long>()).ToList();
        Assert.Equal("upstream", gap["reason"]!.GetValue<string>());
        Assert.Equal(Enumerable.Range((int)received[0], acknowledged - (int)received[0] + 1).Select(seq => (long)seq), [.. received.TakeWhile(seq => seq < from), .. Enumerable.Range((int)from, (int)(to - from + 1)).Select(seq => (long)seq), .. received.SkipWhile(seq => seq < from)]);
        Assert.Equal(to - from + 1, await server.MetricAsync("ws_stream_missing_messages_total"));
    }

    [Fact]
    public async Task A_broker_that_is_lost_during_a_pause_is_told_during_it_and_nothing_is_lost()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats, ("WS_TEST_PAUSE", "true"), ("JS_STREAM_MAX_AGE", "10m"));
        await using var client = await server.ConnectAsync();
        var ackedAt = (await client.SubscribeAsync(">"))["seq"]!.GetValue<long>();
        await PauseAsync(server, "15s");
        await using (var broker = await Broker.ConnectAsync(nats))
        {
            using var enough = new CancellationTokenSource();
            var publishing = broker.PublishSteadilyAsync(Channels, 200, enough.Token);
            await Wait.UntilAsync(async () => await server.MetricAsync("ws_stream_lag_messages") > 50, "the stream should grow unread");
            await enough.CancelAsync();
            await publishing;
        }

        await nats.KillAsync();
        await Wait.UntilAsync(async () => !await server.IsAttachedAsync(), "the broker's loss should be told");
        Assert.Equal("paused", await StateAsync(server));

        await nats.RestartAsync();
        await using var again = await Broker.ConnectAsync(nats);
        var stored = await again.StoredAsync();
        Assert.True(stored.Count > 50, $"{stored.Count} messages were stored");
        await client.WaitForMessagesAsync(stored.Count(message => message.Sequence > ackedAt), TimeSpan.FromSeconds(60));
        Assert.Empty(new DeliveryChecker(stored).Check(client.Frames, _ => true, ackedAt, stored[^1].Sequence));
        Assert.Empty(client.OfType("gap"));
    }

    [Fact]
    public async Task What_the_stream_dropped_during_a_pause_is_announced_though_nothing_is_published_any_more()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats, ("WS_TEST_PAUSE", "true"), ("JS_STREAM_MAX_AGE", "2s"), ("JS_PULL_BATCH", "10"));
        await using var broker = await Broker.ConnectAsync(nats);
        await using var client = await server.ConnectAsync();
        var ackedAt = (await client.SubscribeAsync(">"))["seq"]!.GetValue<long>();
        await PauseAsync(server, "5s");
        for (var i = 0; i < 100; i++)
        {
            await broker.Js.PublishAsync(Broker.Prefix + Channels[i % 3], "{}"u8.ToArray(), ct: CancellationToken.None);
        }

        await Wait.UntilAsync(async () => await server.MetricAsync("ws_stream_lost_messages") > 0, "the stream should drop unread messages");

        await Wait.UntilAsync(() => LastTold(client) == 100, "every message should have come or been announced as missing", TimeSpan.FromSeconds(60));
        var received = client.Messages.Select(message => message["seq"]!.GetValue<long>());
        var missing = client.OfType("gap").SelectMany(gap => Range(gap["from"]!.GetValue<long>(), gap["to"]!.GetValue<long>()));
        Assert.Equal(Range(ackedAt + 1, 100), received.Concat(missing).Order());
        Assert.Equal(0, await server.MetricAsync("ws_stream_lost_messages"));
        Assert.Equal(1, await server.MetricAsync("ws_stream_consumers_created_total"));
    }

    [Fact]
    public async Task A_stream_that_is_deleted_during_a_pause_is_missed_during_it()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats, ("WS_TEST_PAUSE", "true"));
        await using var broker = await Broker.ConnectAsync(nats);
        await using var client = await server.ConnectAsync();
        await client.SubscribeAsync(">");
        for (var i = 0; i < 20; i++) await broker.Js.PublishAsync(Broker.Prefix + Channels[i % 3], "{}"u8.ToArray(), ct: CancellationToken.None);
        await client.WaitForMessagesAsync(20);
        await PauseAsync(server, "30s");

        await broker.Js.DeleteStreamAsync(Broker.Stream);

        // It is made anew, as JS_STREAM_ENSURE says, and clients learn at once that it is another one.
        await client.WaitForAsync("reset");
        Assert.Equal("paused", await StateAsync(server));
        Assert.Equal((0, 0), (await server.MetricAsync("ws_stream_lag_messages"), await server.MetricAsync("ws_stream_lost_messages")));
    }

    [Theory]
    [InlineData("WS_MAX_NATS_RATE", "60")]
    [InlineData("WS_MAX_BROADCAST_RATE", "180")]
    public async Task A_limit_of_rate_slows_the_intake_and_refuses_nothing(string limit, string value)
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats, (limit, value), ("JS_STREAM_MAX_AGE", "10m"));
        await using var broker = await Broker.ConnectAsync(nats);
        TestClient[] clients = [await server.ConnectAsync(), await server.ConnectAsync(), await server.ConnectAsync()];
        foreach (var client in clients) await client.SubscribeAsync(">");

        // Far more at once than a second's worth; three clients make each message three deliveries.
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i =>
            broker.Js.PublishAsync(Broker.Prefix + Channels[i % 3], "{}"u8.ToArray(), timeout: TimeSpan.FromSeconds(10), ct: CancellationToken.None).AsTask()));
        var left = 300 - await server.MetricAsync("ws_nats_messages_received_total");

        foreach (var client in clients) await client.WaitForMessagesAsync(300);
        Assert.True(left > 100, $"{left} of 300 messages were left in the stream: the limit held nothing back");
        Assert.All(clients, client => Assert.Equal(Enumerable.Range(1, 300), client.Messages.Select(message => message["seq"]!.GetValue<int>())));
        foreach (var client in clients) await client.DisposeAsync();
    }

    [Theory]
    [InlineData("WS_MAX_NATS_RATE", "10")]
    [InlineData("WS_MAX_BROADCAST_RATE", "1")]
    public async Task A_limit_far_below_what_comes_lets_the_stream_drop_messages_and_health_says_so(string limit, string value)
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats, (limit, value), ("JS_PULL_BATCH", "10"), ("JS_STREAM_MAX_AGE", "2s"));
        await using var broker = await Broker.ConnectAsync(nats);
        await using var client = await server.ConnectAsync();
        await client.SubscribeAsync(">");
        Assert.Equal("healthy", (await HealthAsync(server))["checks"]!["intake"]!["status"]!.GetValue<string>());
        using var enough = new CancellationTokenSource();
        var publishing = broker.PublishSteadilyAsync(Channels, 200, enough.Token);

        await Wait.UntilAsync(async () => (await HealthAsync(server))["checks"]!["intake"]!["reason"]?.GetValue<string>() == "losing", "health should say that the stream drops what is unread", TimeSpan.FromSeconds(30));
        Assert.NotEqual("healthy", (await HealthAsync(server))["status"]!.GetValue<string>());
        await client.WaitForAsync("gap");
        await enough.CancelAsync();
        var acknowledged = await publishing;

        // Nothing comes any more that could show by its number what is missing before it.
        await Wait.UntilAsync(() => LastTold(client) == acknowledged, $"{acknowledged}, the last message, should come or be announced as missing");
    }

    [Fact]
    public async Task A_publisher_that_waits_for_the_end_of_a_pause_is_answered_when_the_server_stops()
    {
        await using var server = await TestServer.StartAsync(("WS_TEST_PAUSE", "true"), ("WS_PUBLISH_TIMEOUT", "1m"));
        await PauseAsync(server, "1m");
        var publishing = PublishRequest.SendAsync(server, "/publish/a.b");
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_publish_pending") == 1, "a publisher should wait");

        await server.StopAsync();

        (await publishing).AssertRefusal(503, "unavailable", isPassing: true);
    }

    private static IEnumerable<long> Range(long from, long to) => Enumerable.Range((int)from, (int)(to - from + 1)).Select(seq => (long)seq);

    /// <summary>The highest number that a message or a gap has told of.</summary>
    private static long LastTold(TestClient client) =>
        client.Messages.Select(message => message["seq"]!.GetValue<long>()).Concat(client.OfType("gap").Select(gap => gap["to"]!.GetValue<long>())).DefaultIfEmpty().Max();

    private static async Task PauseAsync(TestServer server, string time)
    {
        using var answer = await server.Http.PostAsync(new Uri($"__pause?for={time}", UriKind.Relative), null);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string> StateAsync(TestServer server) =>
        (await HealthAsync(server))["state"]!.GetValue<string>();

    private static async Task<JsonNode> HealthAsync(TestServer server) =>
        JsonNode.Parse(await server.Http.GetStringAsync(new Uri("health", UriKind.Relative)))!;
}
