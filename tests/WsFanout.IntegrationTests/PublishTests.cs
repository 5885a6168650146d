using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary><c>POST /publish/{channel}</c>: who may, what is taken, and every refusal.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class PublishTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("a.*")]
    [InlineData("%3E")]
    [InlineData("a.>")]
    [InlineData(">.a")]
    [InlineData("a%20b")]
    [InlineData("a%0d%0ab")]
    [InlineData("a%zz")]
    [InlineData("a%f")]
    [InlineData("%ff")]
    [InlineData("%c0%ae")]
    public async Task A_channel_that_is_none_is_refused(string channel)
    {
        await using var server = await TestServer.StartAsync();

        var reply = await PublishRequest.SendAsync(server, $"/publish/{channel}");

        reply.AssertRefusal(400, "bad_request");
        Assert.Equal(1, await server.MetricAsync("ws_publish_requests_total{protocol=\"http/1.1\",outcome=\"bad_request\"}"));
    }

    [Theory]
    [InlineData("/publish/BTC%2Etrade", "BTC.trade")]
    [InlineData("/publish/BTC.trade?x=1", "BTC.trade")]
    [InlineData("/publish/%C3%BC", "ü")]
    [InlineData("/publish/a%2Fb", "a/b")]
    [InlineData("/publish/a/b", "a/b")]
    [InlineData("/publish/a+b", "a+b")]
    [InlineData("/publish/%2541", "%41")]
    [InlineData("/%70ublish/BTC.trade", "BTC.trade")]
    [InlineData("http://127.0.0.1/publish/BTC.trade", "BTC.trade")]
    [InlineData("/x/../publish/BTC.trade", "BTC.trade")]
    public async Task Whatever_way_the_channel_is_written_it_is_the_one_that_was_meant(string target, string channel)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");

        var reply = await PublishRequest.SendAsync(server, target);
        await server.PublishAsync("end", "1");
        await client.WaitForAsync("message");
        await Wait.UntilAsync(() => client.Messages[^1]["channel"]!.GetValue<string>() == "end", "the last message should come");

        // Refusing an odd way of writing is fair; storing it under another name is not.
        var stored = client.Messages.SkipLast(1).Select(message => message["channel"]!.GetValue<string>());
        Assert.Equal(reply.Status == 200 ? [channel] : [], stored);
        if (reply.Status != 200) reply.AssertRefusal(400, "bad_request");
        Assert.True(reply.Status == 200 || !target.StartsWith("/publish/", StringComparison.Ordinal), $"{target}: {reply.Body}");
    }

    [Fact]
    public async Task A_channel_outside_of_what_is_served_is_refused_with_the_settings_to_look_at()
    {
        await using var server = await TestServer.StartAsync(("JS_SUBJECTS", "odin.token.*.trade"));

        var reply = await PublishRequest.SendAsync(server, "/publish/BTC.quote");

        reply.AssertRefusal(400, "bad_request");
        Assert.Contains("JS_SUBJECTS", reply.Body, StringComparison.Ordinal);
        Assert.Equal(200, (await PublishRequest.SendAsync(server, "/publish/BTC.trade")).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_payload_above_the_limit_is_refused_whether_its_length_was_said_or_not(bool chunked)
    {
        await using var server = await TestServer.StartAsync(("WS_PUBLISH_MAX_BYTES", "1KB"));

        var exact = await PublishRequest.SendAsync(server, "/publish/a", new string('1', 1024), chunked);
        var above = await PublishRequest.SendAsync(server, "/publish/a", new string('1', 1025), chunked);

        Assert.Equal(200, exact.Status);
        above.AssertRefusal(413, "too_large");
        Assert.Contains("WS_PUBLISH_MAX_BYTES", above.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_length_that_nobody_could_send_is_refused_without_waiting_for_it()
    {
        await using var server = await TestServer.StartAsync();

        var reply = await RawClient.ExchangeAsync(server, PublishRequest.Head("/publish/a") + "Content-Length: 1000000000000\r\n\r\n");

        reply.AssertRefusal(413, "too_large");
    }

    [Fact]
    public async Task What_the_broker_would_not_take_is_too_large_though_the_setting_allows_it()
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = "max_payload: 2000" });
        await using var server = await TestServer.StartAsync(nats);

        Assert.Equal(200, (await PublishRequest.SendAsync(server, "/publish/a", new string('1', 1500))).Status);
        (await PublishRequest.SendAsync(server, "/publish/a", new string('1', 3000))).AssertRefusal(413, "too_large");
    }

    [Fact]
    public async Task Requests_above_the_rate_are_told_when_to_come_back()
    {
        await using var server = await TestServer.StartAsync(("WS_PUBLISH_RATE", "1"), ("WS_PUBLISH_BURST", "3"));

        var replies = new List<HttpReply>();
        for (var i = 0; i < 8; i++) replies.Add(await PublishRequest.SendAsync(server, "/publish/a"));

        Assert.Equal([200, 200, 200], replies.Take(3).Select(reply => reply.Status));
        var refused = replies.Where(reply => reply.Status != 200).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, reply => reply.AssertRefusal(429, "rate_limited", isPassing: true));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task Another_method_is_told_the_right_one(string method)
    {
        await using var server = await TestServer.StartAsync();

        var reply = await RawClient.ExchangeAsync(server, $"{method} /publish/a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");

        reply.AssertRefusal(405, "method_not_allowed");
        Assert.Equal("POST", reply.Headers["allow"]);
    }

    [Fact]
    public async Task A_body_that_never_comes_gives_its_place_back_after_the_timeout()
    {
        await using var server = await TestServer.StartAsync(("WS_PUBLISH_TIMEOUT", "1s"), ("WS_PUBLISH_MAX_PENDING", "1"));
        using var stuck = await RawClient.OpenAsync(server);

        await stuck.SendAsync(PublishRequest.Head("/publish/a") + "Content-Length: 10\r\n\r\n12345");
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_publish_pending") == 1, "the request should be pending");
        (await PublishRequest.SendAsync(server, "/publish/a")).AssertRefusal(503, "too_many_pending", isPassing: true);
        var reply = await stuck.ReadReplyAsync();

        Assert.Equal((503, "timeout"), (reply.Status, reply.Json["error"]!.GetValue<string>()));
        Assert.Equal("close", reply.Headers["connection"]);
        Assert.Null(await stuck.ReadAsync());
        Assert.DoesNotContain(server.Log, line => line.Contains("Error", StringComparison.Ordinal) || line.Contains("in progress", StringComparison.Ordinal));
        Assert.Equal(200, (await PublishRequest.SendAsync(server, "/publish/a")).Status);
    }

    [Fact]
    public async Task While_the_broker_is_away_publishing_is_refused_in_time_and_works_again_with_it()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats, ("WS_PUBLISH_TIMEOUT", "1s"));

        await nats.KillAsync();

        // Before the server has noticed, a publish is on its way to nobody, and the answer is rightly another one.
        await Wait.UntilAsync(async () => !await server.IsAttachedAsync(), "the broker should be missed");
        var away = await PublishRequest.SendAsync(server, "/publish/a");
        await nats.RestartAsync();
        await Wait.UntilAsync(async () => (await PublishRequest.SendAsync(server, "/publish/a")).Status == 200, "publishing should work again");

        Assert.Equal(503, away.Status);
        Assert.True(away.Json["error"]!.GetValue<string>() is "unavailable" or "timeout", away.Body);
    }
}
