using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Subscribing with a position, or for the newest, and looking back.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class ResumeAnswerTests
{
    [Fact]
    public async Task A_position_that_is_up_to_date_is_recovered_and_live_from_there()
    {
        await using var server = await TestServer.StartAsync();
        await server.PublishAsync("a", "1");
        await using var client = await server.ConnectAsync();
        await client.WaitForAsync("welcome");

        await SubscribeAsync(client, "\"a\"", 1, Epoch(client));
        await client.WaitForAsync("sync");
        await server.PublishAsync("a", "2");
        await client.WaitForMessagesAsync(1);

        Assert.Equal(["welcome", "subscription_ack", "sync", "message"], Types(client));
        Assert.True(client.Frames[1]["recovered"]!.GetValue<bool>());
        Assert.Equal(1, client.Frames[2]["seq"]!.GetValue<long>());
        Assert.Equal(1, await server.MetricAsync("ws_resumes_total{outcome=\"recovered\"}"));
    }

    [Fact]
    public async Task What_was_missed_comes_between_the_ack_and_the_sync_and_counts_as_replayed()
    {
        await using var server = await TestServer.StartAsync();
        for (var i = 0; i < 5; i++) await server.PublishAsync(i % 2 == 0 ? "a" : "b.x", "1");
        await using var client = await server.ConnectAsync();
        await client.WaitForAsync("welcome");

        await SubscribeAsync(client, "\"a\",\"b.*\"", 2, Epoch(client));
        await client.WaitForAsync("sync");

        Assert.Equal(["welcome", "subscription_ack", "message", "message", "message", "sync"], Types(client));
        Assert.True(client.Frames[1]["recovered"]!.GetValue<bool>());
        Assert.Equal([3L, 4, 5], client.Messages.Select(message => message["seq"]!.GetValue<long>()));
        Assert.Equal("7", client.Frames[^1]["id"]!.ToJsonString());
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_messages_replayed_total") == 3, "what its socket took should be counted as replayed");
        Assert.Equal(0, await server.MetricAsync("ws_messages_sent_total"));
    }

    [Fact]
    public async Task What_is_no_longer_held_is_told_as_a_gap_of_exactly_its_range()
    {
        await using var server = await TestServer.StartAsync(("WS_REPLAY_BUFFER_SIZE", "2"));
        for (var i = 0; i < 5; i++) await server.PublishAsync("a", "1");
        await using var client = await server.ConnectAsync("?channels=a&since=1&epoch=" + await EpochOf(server));
        await client.WaitForAsync("sync");

        Assert.Equal(["welcome", "subscription_ack", "gap", "message", "message", "sync"], Types(client));
        Assert.Equal("""{"type":"gap","channel":"a","from":2,"to":3,"reason":"window"}""", client.OfType("gap")[0].ToJsonString());
        Assert.False(client.Frames[1]["recovered"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_large_replay_arrives_whole_though_the_client_reads_late_and_live_messages_follow_it()
    {
        await using var server = await TestServer.StartAsync(("WS_REPLAY_BUFFER_SIZE", "2000"));
        for (var i = 0; i < 600; i++) await server.PublishAsync("a", new string('7', 10_000));
        using var client = await RawClient.ConnectAsync(server, "?channels=a&since=0&epoch=" + await EpochOf(server), 4096);
        for (var i = 0; i < 5; i++) await server.PublishAsync("a", "8");

        var sequences = new List<long>();
        while (sequences.Count < 605)
        {
            var frame = (await client.ReadAsync())!;
            if (frame.Type == "message") sequences.Add(frame.Json["seq"]!.GetValue<long>());
            Assert.NotEqual("gap", frame.Type);
        }

        Assert.Equal(Enumerable.Range(1, 605).Select(number => (long)number), sequences);
    }

    [Fact]
    public async Task Another_epoch_is_told_as_a_reset()
    {
        await using var server = await TestServer.StartAsync();
        await server.PublishAsync("a", "1");
        await using var client = await server.ConnectAsync("?channels=a&since=1&epoch=0123456789abcdef");
        await client.WaitForAsync("sync");

        Assert.Equal(["welcome", "subscription_ack", "reset", "sync"], Types(client));
        Assert.False(client.Frames[1]["recovered"]!.GetValue<bool>());
        Assert.Equal(Epoch(client), client.Frames[2]["epoch"]!.GetValue<string>());
        Assert.Equal(1, client.Frames[2]["seq"]!.GetValue<long>());
    }

    [Theory]
    [InlineData("?channels=a&since=1")]
    [InlineData("?channels=a&since=x&epoch=e")]
    [InlineData("?channels=a&since=-1&epoch=e")]
    [InlineData("?channels=a&since=9007199254740992&epoch=e")]
    [InlineData("?channels=a&since=1&epoch=e&at=soon")]
    public async Task A_position_in_the_url_that_is_none_is_an_error_and_the_connection_stays(string query)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync(query);
        await client.WaitForAsync("error");

        await client.SubscribeAsync("a");

        Assert.Equal("invalid_request", client.OfType("error")[0]["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Last_shows_the_newest_and_a_replay_looks_back()
    {
        await using var server = await TestServer.StartAsync();
        for (var i = 1; i <= 3; i++) await server.PublishAsync("a", $"{i}");
        await using var client = await server.ConnectAsync();

        await client.SendAsync("""{"type":"subscribe","id":2,"data":{"channels":["a"],"last":true}}""");
        await client.SendAsync("""{"type":"replay","id":1,"data":{"since":1}}""");
        await client.WaitForAsync("replay_complete");

        Assert.Equal(["welcome", "subscription_ack", "snapshot", "sync", "replay_begin", "message", "message", "replay_complete"], Types(client));
        Assert.Equal((3L, 3), (client.Frames[2]["seq"]!.GetValue<long>(), client.Frames[2]["data"]!.GetValue<int>()));
        Assert.Equal(2, client.Frames[^1]["count"]!.GetValue<int>());
    }

    [Fact]
    public async Task Of_many_replays_at_once_one_is_met_at_a_time_and_nobody_else_feels_them()
    {
        await using var server = await TestServer.StartAsync(("WS_REPLAY_BUFFER_SIZE", "2000"), ("WS_WORKER_POOL_SIZE", "1"));
        for (var i = 1; i <= 300; i++) await server.PublishAsync("a", new string('7', 10_000));
        await using var healthy = await server.ConnectAsync("?channels=b");
        using var greedy = await RawClient.ConnectAsync(server, "?channels=a", 4096);
        await greedy.ReadAsync("subscription_ack");

        for (var i = 0; i < 50; i++) await greedy.SendAsync(ClientFrame.Text($$$"""{"type":"replay","id":{{{i}}},"data":{"since":0}}""").ToBytes());
        for (var i = 1; i <= 20; i++)
        {
            await server.PublishAsync("b", "1");
            await healthy.WaitForMessagesAsync(i);
        }

        var (met, busy, messages) = (0, 0, 0);
        while (met + busy < 50)
        {
            var frame = (await greedy.ReadAsync())!;
            messages += frame.Type == "message" ? 1 : 0;
            met += frame.Type == "replay_complete" ? 1 : 0;
            busy += frame.Type == "error" && frame.Json["code"]!.GetValue<string>() == "replay_busy" ? 1 : 0;
        }

        Assert.Equal(met * 300, messages);
        Assert.InRange(met, 1, 49);
    }

    private static async Task<string> EpochOf(TestServer server)
    {
        await using var client = await server.ConnectAsync();
        await client.WaitForAsync("welcome");
        return Epoch(client);
    }

    private static string Epoch(TestClient client) => client.Frames[0]["epoch"]!.GetValue<string>();

    private static IEnumerable<string> Types(TestClient client) => client.Frames.Select(frame => frame["type"]!.GetValue<string>());

    private static Task SubscribeAsync(TestClient client, string channels, long since, string epoch) =>
        client.SendAsync($$"""{"type":"subscribe","id":7,"data":{"channels":[{{channels}}],"since":{{since}},"epoch":"{{epoch}}"} }""");
}
