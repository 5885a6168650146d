using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>What one client may ask for: number of channels and patterns, length of names, requests a second, nonsense a minute.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class LimitsTests
{
    [Fact]
    public async Task Channels_above_the_limit_are_refused_one_by_one_and_a_freed_one_can_be_used_again()
    {
        await using var server = await TestServer.StartAsync(("WS_MAX_CHANNELS_PER_CLIENT", "3"));
        await using var client = await server.ConnectAsync();

        var ack = await client.SubscribeAsync("a", "b", "a", "c", "d", "b", "e");
        await client.WaitForAsync("error", 2);
        await client.SendAsync("""{"type":"unsubscribe","data":{"channels":["b"]}}""");
        var second = await client.SubscribeAsync("d");

        Assert.Equal("""["a","b","a","c","b"]""", ack["subscribed"]!.ToJsonString());
        Assert.Equal(3, ack["count"]!.GetValue<int>());
        Assert.Equal(["\"d\"", "\"e\""], Refused(client, "too_many_channels"));
        Assert.Equal(3, second["count"]!.GetValue<int>());
    }

    [Fact]
    public async Task Patterns_above_their_own_limit_are_refused_and_channels_are_not()
    {
        await using var server = await TestServer.StartAsync(("WS_MAX_PATTERNS_PER_CLIENT", "2"));
        await using var client = await server.ConnectAsync();

        var ack = await client.SubscribeAsync("a.*", "b.>", "*.c", "plain", ">");
        await client.WaitForAsync("error", 2);

        Assert.Equal("""["a.*","b.>","plain"]""", System.Text.RegularExpressions.Regex.Unescape(ack["subscribed"]!.ToJsonString()));
        Assert.Equal(["\"*.c\"", "\">\""], Refused(client, "too_many_channels"));
    }

    [Fact]
    public async Task A_refused_channel_gets_no_messages()
    {
        await using var server = await TestServer.StartAsync(("WS_MAX_CHANNELS_PER_CLIENT", "1"));
        await using var client = await server.ConnectAsync("?channels=a,b");
        await client.WaitForAsync("error");

        await server.PublishAsync("b", "1");
        await server.PublishAsync("a", "2");
        await client.WaitForMessagesAsync(1);

        Assert.Equal(2, Assert.Single(client.Messages)["data"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_name_is_measured_in_bytes()
    {
        await using var server = await TestServer.StartAsync(("WS_MAX_CHANNEL_LENGTH", "8"));
        await using var client = await server.ConnectAsync();

        var ack = await client.SubscribeAsync("12345678", "123456789", "üüüü", "üüüüü");
        await client.WaitForAsync("error", 2);

        Assert.Equal(["12345678", "üüüü"], ack["subscribed"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.All(client.OfType("error"), error => Assert.Equal("invalid_channel", error["code"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Thousands_of_bad_names_in_one_request_are_answered_within_the_queue_and_the_connection_stays()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        var names = new JsonArray([.. Enumerable.Repeat(0, 5_000).Select(_ => (JsonNode)".")]);

        await client.SendAsync(new JsonObject { ["type"] = "subscribe", ["id"] = 1, ["data"] = new JsonObject { ["channels"] = names } }.ToJsonString()[..16_000]);
        await client.WaitForAsync("error");
        var fitting = new JsonArray([.. Enumerable.Repeat(0, 3_000).Select(_ => (JsonNode)".")]);
        await client.SendAsync(new JsonObject { ["type"] = "subscribe", ["id"] = 2, ["data"] = new JsonObject { ["channels"] = fitting } }.ToJsonString());
        await client.WaitForAsync("subscription_ack");
        await client.SendAsync("""{"type":"heartbeat"}""");
        await client.WaitForAsync("pong");

        Assert.Contains("further names", client.OfType("error")[^1]["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_above_the_rate_are_ignored_with_one_error_a_second_and_a_burst_above_it_closes()
    {
        await using var server = await TestServer.StartAsync(("WS_CLIENT_RATE", "1"), ("WS_CLIENT_BURST", "20"));
        await using var healthy = await server.ConnectAsync("?channels=a");
        using var client = await RawClient.ConnectAsync(server);

        // The close drops what waits, and of requests that come in one go all answers may still wait.
        var frames = new List<RawFrame>();
        for (var id = 1; id <= 20; id++) await client.SendTextAsync($$"""{"type":"heartbeat","id":{{id}}}""");
        while (frames.Count < 20) frames.Add(await client.ReadAsync("pong"));
        for (var id = 21; id <= 60; id++) await client.SendTextAsync($$"""{"type":"heartbeat","id":{{id}}}""");
        await server.PublishAsync("a", "1");
        frames.AddRange(await client.ReadToEndAsync());
        await server.PublishAsync("a", "2");
        await healthy.WaitForMessagesAsync(2);

        var pongs = frames.Where(frame => frame.Type == "pong").ToList();
        var errors = frames.Where(frame => frame.Type == "error").ToList();
        Assert.Equal(Enumerable.Range(1, pongs.Count), pongs.Select(pong => pong.Json["id"]!.GetValue<int>()));
        Assert.InRange(pongs.Count, 20, 25);
        Assert.All(errors, error => Assert.Equal("rate_limited", error.Json["code"]!.GetValue<string>()));
        Assert.InRange(errors.Count, 0, 5);
        Assert.Equal("bye", frames[^2].Type);
        Assert.Equal(4103, frames[^2].Json["code"]!.GetValue<int>());
        Assert.Equal(4103, frames[^1].CloseCode);
        client.Dispose();
        await Testing.Wait.UntilAsync(
            async () => await server.MetricAsync("ws_disconnects_total{reason=\"rate_exceeded\"}") == 1, "it should be counted as rate_exceeded");
    }

    [Fact]
    public async Task A_client_that_slows_down_after_the_error_is_served_again()
    {
        await using var server = await TestServer.StartAsync(("WS_CLIENT_RATE", "200"), ("WS_CLIENT_BURST", "200"));
        await using var client = await server.ConnectAsync();

        for (var i = 0; i < 300; i++) await client.SendAsync("""{"type":"heartbeat"}""");
        await client.WaitForAsync("error");

        // Charged like all others, but asked every 10 ms at most, while the budget recovers by two.
        await Testing.Wait.UntilAsync(
            async () =>
            {
                await client.SendAsync("""{"type":"heartbeat","id":"late"}""");
                return client.OfType("pong").Any(pong => pong["id"] is not null);
            },
            "a pong should come once the budget has recovered");
        Assert.False(client.IsOver);
    }

    [Fact]
    public async Task Fifty_bad_requests_close_for_good()
    {
        await using var server = await TestServer.StartAsync();
        await using var healthy = await server.ConnectAsync("?channels=a");
        using var client = await RawClient.ConnectAsync(server);

        for (var i = 0; i < 49; i++)
        {
            await client.SendTextAsync("nonsense");
            await client.ReadAsync("error");
        }

        await client.SendTextAsync("nonsense");
        var frames = await client.ReadToEndAsync();
        await server.PublishAsync("a", "1");
        await healthy.WaitForMessagesAsync(1);

        Assert.DoesNotContain(frames, frame => frame.Type == "bye");
        Assert.Equal(4502, frames[^1].CloseCode);
        await client.SendCloseAsync(4502);
        await Testing.Wait.UntilAsync(
            async () => await server.MetricAsync("ws_disconnects_total{reason=\"bad_requests\"}") == 1, "it should be counted as bad_requests");
    }

    private static IEnumerable<string> Refused(TestClient client, string code)
    {
        Assert.All(client.OfType("error"), error => Assert.Equal(code, error["code"]!.GetValue<string>()));
        return client.OfType("error").Select(error => error["message"]!.GetValue<string>().Split(':')[0]);
    }
}
