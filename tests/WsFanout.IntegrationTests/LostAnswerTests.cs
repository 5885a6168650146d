using WsFanout.IntegrationTests.Support;
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
    public async Task A_payload_that_leaves_no_room_for_an_id_is_taken_all_the_same()
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = "max_payload: 2000" });
        await using var server = await TestServer.StartAsync(nats);

        for (var bytes = 1940; bytes <= 2000; bytes++) Assert.Equal(200, (await PublishRequest.SendAsync(server, "/publish/a", new string('1', bytes))).Status);
    }

    private static async Task<TestServer> StartAsync(HoldingProxy proxy, string timeout)
    {
        var server = await TestServer.StartAsync(("NATS_URL", proxy.Url.ToString()), ("WS_PUBLISH_TIMEOUT", timeout), ("JS_STREAM_MAX_AGE", "10m"));
        await server.WaitUntilReadyAsync();
        return server;
    }
}
