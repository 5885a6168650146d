using WsFanout.IntegrationTests.Support;
using WsFanout.Nats;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>A stream's answer to a publish request is lost: the message is stored once, and nobody is told what isn't known.</summary>
public sealed class LostAnswerTests
{
    [Fact]
    public async Task A_message_whose_answer_was_lost_with_the_connection_is_offered_again_and_stored_once()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        using var proxy = new HoldingProxy(nats.Port);
        await using var server = await StartAsync(proxy, "10s");
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");

        proxy.CutAfter("PUB odin.token.a");
        var first = await PublishRequest.SendAsync(server, "/publish/a", "1");
        var second = await PublishRequest.SendAsync(server, "/publish/a", "2");
        await client.WaitForMessagesAsync(2);

        Assert.Equal((200, 200), (first.Status, second.Status));
        Assert.Equal((1, 2), (first.Json["seq"]!.GetValue<long>(), second.Json["seq"]!.GetValue<long>()));
        Assert.Equal([1, 2], client.Messages.Select(message => message["data"]!.GetValue<int>()));
        Assert.Equal(1, await server.MetricAsync("ws_nats_reconnects_total"));
    }

    [Fact]
    public async Task Where_the_broker_stays_away_the_answer_says_that_it_may_be_stored_and_not_to_come_back()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        using var proxy = new HoldingProxy(nats.Port);
        await using var server = await StartAsync(proxy, "1s");
        await using var broker = await Broker.ConnectAsync(nats);

        proxy.CutAfter("PUB odin.token.a", isAway: true);
        var unknown = await PublishRequest.SendAsync(server, "/publish/a");
        var away = await PublishRequest.SendAsync(server, "/publish/a");

        Assert.Equal((503, "unknown"), (unknown.Status, unknown.Json["error"]!.GetValue<string>()));
        Assert.Contains("may have been stored", unknown.Body, StringComparison.Ordinal);
        Assert.False(unknown.Headers.ContainsKey("retry-after"), "whoever comes back would store it twice");
        Assert.Equal(1, (await broker.Js.GetStreamAsync(Broker.Stream)).State.LastSeq);
        away.AssertRefusal(503, "unavailable", isPassing: true);
        Assert.All([unknown, away], reply => Assert.DoesNotContain("127.0.0.1", reply.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_stream_would_not_know_again_is_not_offered_again()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        using var proxy = new HoldingProxy(nats.Port);
        await using var broker = await Broker.ConnectAsync(nats);
        await using var server = await StartAsync(proxy, "10s", maxAge: "2s");

        proxy.CutAfter("PUB odin.token.a", isAway: true);
        var publishing = PublishRequest.SendAsync(server, "/publish/a");
        await Wait.UntilAsync(() => proxy.IsAway, "the answer should be lost");
        await Wait.UntilAsync(async () => (await broker.Js.GetStreamAsync(Broker.Stream)).State.Messages == 0, "the message should be too old to be known");
        proxy.IsAway = false;
        var unknown = await publishing;

        Assert.Equal((503, "unknown"), (unknown.Status, unknown.Json["error"]!.GetValue<string>()));
        Assert.Equal(1, (await broker.Js.GetStreamAsync(Broker.Stream)).State.LastSeq);
    }

    [Fact]
    public async Task An_answer_that_comes_late_counts_though_the_message_was_offered_again_meanwhile()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        using var proxy = new HoldingProxy(nats.Port);
        await using var broker = await Broker.ConnectAsync(nats);
        await using var server = await StartAsync(proxy, "4s");
        proxy.Latency = TimeSpan.FromSeconds(2.3);

        var reply = await PublishRequest.SendAsync(server, "/publish/a");

        Assert.Equal((200, 1), (reply.Status, reply.Json["seq"]?.GetValue<int>()));
        Assert.Equal(1, (await broker.Js.GetStreamAsync(Broker.Stream)).State.LastSeq);
    }

    [Fact]
    public async Task A_payload_that_leaves_no_room_for_an_id_in_the_stream_s_limit_is_taken_and_one_byte_more_is_too_large()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        await broker.Js.CreateStreamAsync(new StreamConfig { Name = Broker.Stream, Subjects = ["odin.token.>"], MaxMsgSize = 1000 });
        await using var server = await TestServer.StartAsync(nats);

        foreach (var bytes in new[] { 940, 960, 1000 }) Assert.Equal(200, (await PublishRequest.SendAsync(server, "/publish/a", new string('1', bytes))).Status);
        (await PublishRequest.SendAsync(server, "/publish/a", new string('1', 1001))).AssertRefusal(413, "too_large");
    }

    [Fact]
    public async Task A_payload_that_leaves_no_room_for_an_id_is_taken_all_the_same()
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = "max_payload: 2000" });
        await using var server = await TestServer.StartAsync(nats);

        for (var bytes = 1940; bytes <= 2000; bytes++) Assert.Equal(200, (await PublishRequest.SendAsync(server, "/publish/a", new string('1', bytes))).Status);
    }

    private static async Task<TestServer> StartAsync(HoldingProxy proxy, string timeout, string maxAge = "10m")
    {
        var server = await TestServer.StartAsync(("NATS_URL", proxy.Url.ToString()), ("WS_PUBLISH_TIMEOUT", timeout), ("JS_STREAM_MAX_AGE", maxAge));
        await server.WaitUntilReadyAsync();
        return server;
    }
}
