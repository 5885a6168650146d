using System.Globalization;
using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Several messages in one publish request, a line each: stored in order, each with an answer of its own.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class PublishLinesTests
{
    private const string Ndjson = "Content-Type: application/x-ndjson";

    [Fact]
    public async Task Lines_for_one_channel_are_stored_in_their_order_and_answered_in_it()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync("?channels=a");
        await client.WaitForAsync("subscription_ack");

        var reply = await SendAsync(server, "/publish/a", "1\n{\"n\":2}\r\n\nthree\n4");

        Assert.Equal((200, "application/x-ndjson"), (reply.Status, reply.Headers["content-type"]));
        Assert.Equal("{\"seq\":1}\n{\"seq\":2}\n{\"seq\":3}\n{\"seq\":4}\n", reply.Body);
        await client.WaitForMessagesAsync(4);
        Assert.Equal(["1", """{"n":2}""", "\"three\"", "4"], client.Messages.Select(message => message["data"]!.ToJsonString()));
        Assert.Equal(4, await server.MetricAsync("""ws_publish_requests_total{protocol="http/1.1",outcome="stored"}"""));
        Assert.Equal(14, await server.MetricAsync("ws_publish_bytes_total"));
        Assert.Equal(0, await server.MetricAsync("ws_publish_pending"));
    }

    [Fact]
    public async Task Lines_that_name_their_channel_go_each_to_its_own_and_the_data_stays_as_it_was()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");

        var reply = await SendAsync(server, "/publish", """
            {"channel":"BTC.trade","data":{"price":1.50}}
            { "data" : [1, 2] , "channel" : "\u00fc" }
            {"channel":"c","data":null}
            """);

        Assert.Equal((200, "{\"seq\":1}\n{\"seq\":2}\n{\"seq\":3}\n"), (reply.Status, reply.Body));
        await client.WaitForMessagesAsync(3);
        Assert.Equal(["BTC.trade", "ü", "c"], client.Messages.Select(message => message["channel"]!.GetValue<string>()));
        Assert.Equal(["""{"price":1.50}""", "[1,2]", "null"], client.Messages.Select(message => message["data"]?.ToJsonString() ?? "null"));
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[1]")]
    [InlineData("""{"channel":"a"}""")]
    [InlineData("""{"data":1}""")]
    [InlineData("""{"channel":7,"data":1}""")]
    [InlineData("""{"channel":"a.*","data":1}""")]
    [InlineData("""{"channel":"a..b","data":1}""")]
    [InlineData("""{"channel":"a","data":1,"extra":2}""")]
    [InlineData("""{"channel":"a","channel":"b","data":1}""")]
    [InlineData("""{"channel":"a","data":1} x""")]
    [InlineData("""{"channel":"a","data":{"b":}}""")]
    [InlineData("""{"channel":"\ud800","data":1}""")]
    public async Task A_line_that_is_wrong_is_told_so_and_the_others_are_stored(string wrong)
    {
        await using var server = await TestServer.StartAsync();

        var reply = await SendAsync(server, "/publish", $$"""{"channel":"a","data":1}{{"\n"}}{{wrong}}{{"\n"}}{"channel":"a","data":2}""");

        Assert.Equal(207, reply.Status);
        var lines = Lines(reply);
        Assert.Equal((1, "bad_request", 2), (lines[0]["seq"]!.GetValue<int>(), lines[1]["error"]!.GetValue<string>(), lines[2]["seq"]!.GetValue<int>()));
        Assert.False(string.IsNullOrWhiteSpace(lines[1]["message"]!.GetValue<string>()), "a refusal says what was wrong");
        Assert.Equal(1, await server.MetricAsync("""ws_publish_requests_total{protocol="http/1.1",outcome="bad_request"}"""));
    }

    [Fact]
    public async Task A_line_above_what_the_broker_takes_is_told_so_and_the_others_are_stored()
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = "max_payload: 2000" });
        await using var server = await TestServer.StartAsync(nats);

        var reply = await SendAsync(server, "/publish/a", $"1\n{new string('2', 3000)}\n3\n");

        Assert.Equal(207, reply.Status);
        Assert.Equal(["seq", "error", "seq"], Lines(reply).Select(line => line.AsObject().First().Key));
        Assert.Equal("too_large", Lines(reply)[1]["error"]!.GetValue<string>());
    }

    [Fact]
    public async Task Of_more_lines_than_the_rate_allows_the_first_are_stored_and_the_rest_is_not_tried()
    {
        await using var server = await TestServer.StartAsync(("WS_PUBLISH_RATE", "0.1"), ("WS_PUBLISH_BURST", "3"));

        var reply = await SendAsync(server, "/publish/a", "1\n2\n3\n4\n5\n");

        var lines = Lines(reply);
        Assert.Equal(207, reply.Status);
        Assert.Equal([1, 2, 3], lines.Take(3).Select(line => line["seq"]!.GetValue<int>()));
        Assert.All(lines.Skip(3), line => Assert.Equal("rate_limited", line["error"]!.GetValue<string>()));
        Assert.All(lines.Skip(3), line => Assert.InRange(line["retry_after"]!.GetValue<int>(), 1, 2));
        Assert.Contains("not tried", lines[4]["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(2, await server.MetricAsync("""ws_publish_requests_total{protocol="http/1.1",outcome="rate_limited"}"""));
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(8)]
    [InlineData(1)]
    public async Task Through_a_broker_a_thousand_lines_keep_their_order_however_few_may_wait(int maxPending)
    {
        const int count = 1000;
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats, ("WS_PUBLISH_MAX_PENDING", maxPending.ToString(CultureInfo.InvariantCulture)));
        await using var client = await server.ConnectAsync("?channels=a");
        await client.WaitForAsync("subscription_ack");

        var reply = await SendAsync(server, "/publish/a", string.Concat(Enumerable.Range(1, count).Select(i => $"{i}\n")));

        Assert.Equal(200, reply.Status);
        Assert.Equal(Enumerable.Range(1, count), Lines(reply).Select(line => line["seq"]!.GetValue<int>()));
        await client.WaitForMessagesAsync(count);
        Assert.Equal(Enumerable.Range(1, count), client.Messages.Select(message => message["data"]!.GetValue<int>()));
        Assert.Equal(0, await server.MetricAsync("ws_publish_pending"));
    }

    [Fact]
    public async Task While_nothing_can_be_stored_every_line_is_told_so_in_the_time_of_one()
    {
        await using var server = await TestServer.StartAsync(("WS_TEST_PAUSE", "true"), ("WS_PUBLISH_TIMEOUT", "1s"), ("WS_PUBLISH_MAX_PENDING", "8"));
        using (var paused = await server.Http.PostAsync(new Uri("__pause?for=30s", UriKind.Relative), null)) Assert.True(paused.IsSuccessStatusCode, "the pause should begin");

        var reply = await SendAsync(server, "/publish/a", string.Concat(Enumerable.Range(1, 50).Select(i => $"{i}\n")));

        Assert.Equal(207, reply.Status);
        Assert.All(Lines(reply), line => Assert.Equal("timeout", line["error"]!.GetValue<string>()));
        Assert.Equal(50, Lines(reply).Count);
        Assert.Equal(0, await server.MetricAsync("ws_publish_bytes_total"));
        Assert.Equal(0, await server.MetricAsync("ws_publish_pending"));
    }

    [Theory]
    [InlineData("/publish/a", "", Ndjson, 400, "bad_request")]
    [InlineData("/publish/a", "\n\r\n", Ndjson, 400, "bad_request")]
    [InlineData("/publish/a..b", "1\n", Ndjson, 400, "bad_request")]
    [InlineData("/publish", "1\n", "Content-Type: application/json", 400, "bad_request")]
    [InlineData("/publish", "1\n", "X-None: 1", 400, "bad_request")]
    [InlineData("/publish/a", "1\n", Ndjson + "\r\nX-Forwarded-For: 127.0.0.1", 403, "forbidden")]
    public async Task A_request_that_is_wrong_as_a_whole_is_refused_as_a_whole(string target, string body, string header, int status, string error)
    {
        await using var server = await TestServer.StartAsync();

        var reply = await PublishRequest.SendAsync(server, target, body, header: header);

        reply.AssertRefusal(status, error);
        Assert.Equal(0, await server.MetricAsync("ws_publish_bytes_total"));
    }

    [Fact]
    public async Task Lines_that_are_too_many_bytes_together_are_refused_as_a_whole()
    {
        await using var server = await TestServer.StartAsync(("WS_PUBLISH_MAX_BYTES", "1KB"));
        var body = string.Concat(Enumerable.Repeat("1234567\n", 129));

        foreach (var chunked in (bool[])[false, true])
        {
            var reply = await PublishRequest.SendAsync(server, "/publish/a", body, chunked, Ndjson);

            reply.AssertRefusal(413, "too_large");
            Assert.Contains("WS_PUBLISH_MAX_BYTES", reply.Body, StringComparison.Ordinal);
        }

        Assert.Equal(0, await server.MetricAsync("ws_publish_bytes_total"));
    }

    [Fact]
    public async Task Too_many_lines_are_refused_as_a_whole()
    {
        await using var server = await TestServer.StartAsync();

        var reply = await SendAsync(server, "/publish/a", string.Concat(Enumerable.Repeat("1\n", 10_001)));

        reply.AssertRefusal(413, "too_large");
        Assert.Equal(0, await server.MetricAsync("ws_publish_bytes_total"));
    }

    private static Task<HttpReply> SendAsync(TestServer server, string target, string body) => PublishRequest.SendAsync(server, target, body, header: Ndjson);

    private static List<JsonNode> Lines(HttpReply reply) => [.. reply.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
}
