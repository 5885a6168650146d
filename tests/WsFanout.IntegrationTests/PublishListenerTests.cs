using System.Net;
using System.Text.Json.Nodes;
using WsFanout.Hosting.Settings;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>With WS_PUBLISH_ADDR: publishers at an address of their own, over HTTP/2 with prior knowledge and HTTP/1.1.</summary>
public sealed class PublishListenerTests
{
    // As in AdminListenerTests: the smallest limit leaves 48 connections beside the clients; half of them are the publishers'.
    private const int Clients = 20;
    private const int PublisherPlaces = 24;
    private const int Http11Required = 13;

    [Theory]
    [InlineData("1.1", "http/1.1")]
    [InlineData("2.0", "http/2")]
    public async Task Both_versions_are_spoken_and_each_is_counted_as_what_it_is(string version, string protocol)
    {
        await using var server = await StartAsync();
        using (var http = Client(version))
        {
            foreach (var i in Enumerable.Range(1, 3)) Assert.Equal(i, await PublishAsync(http, server, "a", $"{i}"));

            Assert.Equal(3, await server.MetricAsync($$"""ws_publish_requests_total{protocol="{{protocol}}",outcome="stored"}"""));
            Assert.Equal(1, await server.MetricAsync($$"""ws_publish_connections_current{protocol="{{protocol}}"}"""));
            Assert.Equal(1, await server.MetricAsync($$"""ws_publish_connections_total{protocol="{{protocol}}"}"""));
            Assert.Equal(3, await server.MetricAsync("ws_publish_bytes_total"));
            Assert.Equal(3, await server.MetricAsync("ws_publish_seconds_count"));
        }

        await Wait.UntilAsync(async () => await server.MetricAsync($$"""ws_publish_connections_current{protocol="{{protocol}}"}""") == 0, "the connection should be over");
        var other = protocol == "http/2" ? "http/1.1" : "http/2";
        Assert.Equal(0, await server.MetricAsync($$"""ws_publish_connections_total{protocol="{{other}}"}"""));
        Assert.Equal(0, await server.MetricAsync($$"""ws_publish_requests_total{protocol="{{other}}",outcome="stored"}"""));
    }

    [Fact]
    public async Task Many_requests_at_once_on_one_connection_are_each_stored_once_and_reach_the_clients()
    {
        const int messages = 500;
        await using var server = await StartAsync();
        await using var client = await server.ConnectAsync("?channels=a");
        await client.WaitForAsync("subscription_ack");
        using var http = Client("2.0");

        var stored = await Task.WhenAll(Enumerable.Range(0, messages).Select(i => PublishAsync(http, server, "a", $"{i}")));

        Assert.Equal(Enumerable.Range(1, messages).Select(i => (long)i), stored.Order());
        await client.WaitForMessagesAsync(messages);
        Assert.Equal(Enumerable.Range(0, messages), client.Messages.Select(message => message["data"]!.GetValue<int>()).Order());
        Assert.Equal(1, await server.MetricAsync("""ws_publish_connections_total{protocol="http/2"}"""));
    }

    [Fact]
    public async Task Publishing_is_nowhere_else_then_and_nothing_else_is_there()
    {
        await using var together = await StartAsync();
        await using var apart = await StartAsync(("WS_ADMIN_ADDR", "127.0.0.1:0"));
        using var http = Client("1.1");

        foreach (var elsewhere in (Uri[])[together.BaseAddress, apart.BaseAddress, apart.AdminAddress])
        {
            foreach (var path in (string[])["publish/a", "publish", "publish/"])
            {
                using var answer = await http.PostAsync(new Uri(elsewhere, path), new StringContent("1"));
                Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            }
        }

        foreach (var path in "ws / metrics health health/live health/ready config publisher app.js".Split(' '))
        {
            using var answer = await http.GetAsync(new Uri(together.PublishAddress, path));
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        Assert.Contains(together.Log, line => line.Contains($"Listening on 127.0.0.1:{together.PublishAddress.Port} for publishers", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task The_rules_are_those_of_every_publish_request(string version)
    {
        await using var open = await StartAsync(("WS_PUBLISH_MAX_BYTES", "1KB"));
        await using var guarded = await StartAsync(("WS_PUBLISH_TOKEN", "open-sesame"), ("WS_PUBLISH_RATE", "1"), ("WS_PUBLISH_BURST", "1"));
        using var http = Client(version);

        await AssertRefusedAsync(await SendAsync(http, open, "a..b", "1"), 400, "bad_request");
        await AssertRefusedAsync(await SendAsync(http, open, "a", new string('1', 1025)), 413, "too_large");
        await AssertRefusedAsync(await SendAsync(http, open, "a", "1", ("X-Forwarded-For", "127.0.0.1")), 403, "forbidden");
        await AssertRefusedAsync(await SendAsync(http, open, "a", "1", ("Host", "example.com")), 403, "forbidden");
        await AssertRefusedAsync(await SendAsync(http, guarded, "a", "1"), 401, "unauthorized");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(http, guarded, "a", "1", ("Authorization", "Bearer open-sesame"))).StatusCode);
        await AssertRefusedAsync(await SendAsync(http, guarded, "a", "1", ("Authorization", "Bearer open-sesame")), 429, "rate_limited");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await http.GetAsync(new Uri(open.PublishAddress, "publish/a"))).StatusCode);
        Assert.DoesNotContain(open.Log.Concat(guarded.Log), line => line.StartsWith("Warning", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_of_http2_at_another_address_is_told_that_it_is_not_spoken_there()
    {
        await using var server = await StartAsync();
        using var client = await RawClient.OpenAsync(server.BaseAddress);

        // In one write: what a library writes behind it can meet a socket that is closed by then, and it tells of that instead.
        await client.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0");
        var goodbye = await client.ReadRestAsync();

        Assert.Equal((RawHttp2.GoAway, Http11Required), (goodbye[3], goodbye[^1]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("PR")]
    [InlineData("POST /publish/a HT")]
    [InlineData("PRI * HTTP/2.0\r\n")]
    public async Task Who_does_not_say_what_he_wants_is_closed_after_the_handshake_timeout(string begun)
    {
        await using var server = await StartAsync(("WS_HANDSHAKE_TIMEOUT", "1s"));
        using var client = await RawClient.OpenAsync(server.PublishAddress);

        if (begun.Length > 0) await client.SendAsync(begun);
        await client.DrainAsync();

        await Wait.UntilAsync(async () => await server.MetricAsync("""ws_publish_connections_current{protocol="http/1.1"}""") == 0, "nothing of it should be left");
    }

    [Fact]
    public async Task A_crowd_of_publishers_locks_no_client_out_and_a_crowd_of_clients_no_publisher()
    {
        var context = SettingsContext.OfThisProcess();
        await using var server = await TestServer.StartAsync(
            context with { Machine = context.Machine with { DescriptorLimit = Clients + 256 } }, ("WS_PUBLISH_ADDR", "127.0.0.1:0"), ("WS_MAX_CONNECTIONS", $"{Clients}"));
        var crowd = new List<RawClient>();

        while (await HoldAsync(server) is { } held) crowd.Add(held);
        Assert.Equal(PublisherPlaces, crowd.Count);
        for (var i = 0; i < Clients; i++) crowd.Add(await RawClient.ConnectAsync(server));

        // A publisher that goes makes place for another one, though all clients are there.
        crowd[0].Dispose();
        await Wait.UntilAsync(async () => await HoldAsync(server) is { } held && Keep(crowd, held), "a publisher should find the place of one who went");
        foreach (var held in crowd) held.Dispose();
    }

    [Fact]
    public async Task A_server_that_stops_lets_requests_end_that_have_begun_and_says_goodbye()
    {
        await using var server = await StartAsync();
        using var publisher = await RawHttp2.ConnectAsync(server.PublishAddress);
        await publisher.SendHeadAsync(1, "a", contentLength: 2);
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_publish_pending") == 1, "the request should be pending");

        var stopping = server.StopAsync();
        var goodbye = await publisher.ReadAsync(RawHttp2.GoAway);
        await publisher.SendDataAsync(1, "12"u8.ToArray());
        var answer = await publisher.ReadAnswerAsync(1);
        await stopping;

        Assert.Equal(0, goodbye.Code);
        Assert.Equal("""{"seq":1}""", answer);
    }

    [Fact]
    public async Task A_body_that_comes_slowly_over_http2_is_taken_and_costs_the_connection_nothing()
    {
        // As on HTTP/1.1: slower than the framework's own rule, and longer than it waits.
        await using var server = await StartAsync(("WS_PUBLISH_TIMEOUT", "30s"));
        using var publisher = await RawHttp2.ConnectAsync(server.PublishAddress);
        const int digits = 40;

        await publisher.SendHeadAsync(1, "a", contentLength: digits);
        for (var i = 1; i <= digits; i++)
        {
            await publisher.SendDataAsync(1, "7"u8.ToArray(), isLast: i == digits);
            await Task.Delay(180);
        }

        Assert.Equal("""{"seq":1}""", await publisher.ReadAnswerAsync(1));
        Assert.DoesNotContain(server.Log, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusal_over_http2_comes_behind_the_body_so_that_no_client_takes_it_for_a_reset()
    {
        await using var server = await StartAsync();
        using var publisher = await RawHttp2.ConnectAsync(server.PublishAddress);

        await publisher.SendHeadAsync(1, "a.*", contentLength: 2);
        await Wait.UntilAsync(async () => await server.MetricAsync("""ws_publish_requests_total{protocol="http/2",outcome="bad_request"}""") == 1, "the request should be refused");
        await publisher.SendDataAsync(1, "12"u8.ToArray());
        await publisher.SendHeadAsync(3, "a", contentLength: 1);
        await publisher.SendDataAsync(3, "1"u8.ToArray());
        var frames = new List<RawHttp2Frame>();
        while (frames.Count(frame => frame.Type == RawHttp2.Data && (frame.Flags & RawHttp2.EndStream) != 0) < 2)
        {
            frames.Add(await publisher.ReadAsync() ?? throw new IOException("the connection has ended before both answers came"));
        }

        Assert.DoesNotContain(frames, frame => frame.Type == RawHttp2.Reset);
    }

    [Fact]
    public async Task A_server_that_stops_waits_for_a_request_that_has_begun_as_long_as_it_may_take()
    {
        await using var server = await StartAsync();
        using var publisher = await RawHttp2.ConnectAsync(server.PublishAddress);
        await publisher.SendHeadAsync(1, "a", contentLength: 2);
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_publish_pending") == 1, "the request should be pending");

        var stopping = server.StopAsync();
        await publisher.ReadAsync(RawHttp2.GoAway);

        // Longer than the listeners wait for anything else.
        await Task.Delay(TimeSpan.FromSeconds(1));
        await publisher.SendDataAsync(1, "12"u8.ToArray());
        var answer = await publisher.ReadAnswerAsync(1);
        await stopping;

        Assert.Equal("""{"seq":1}""", answer);
    }

    private static Task<TestServer> StartAsync(params (string, string)[] variables) => TestServer.StartAsync([("WS_PUBLISH_ADDR", "127.0.0.1:0"), .. variables]);

    private static HttpClient Client(string version) => new(new SocketsHttpHandler { UseProxy = false })
    {
        DefaultRequestVersion = Version.Parse(version),
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static async Task<long> PublishAsync(HttpClient http, TestServer server, string channel, string payload)
    {
        using var answer = await SendAsync(http, server, channel, payload);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{(int)answer.StatusCode} {body}");
        Assert.Equal(http.DefaultRequestVersion, answer.Version);
        return JsonNode.Parse(body)!["seq"]!.GetValue<long>();
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, TestServer server, string channel, string payload, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.PublishAddress, $"publish/{channel}")) { Version = http.DefaultRequestVersion, VersionPolicy = http.DefaultVersionPolicy, Content = new StringContent(payload) };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await http.SendAsync(request);
    }

    private static async Task AssertRefusedAsync(HttpResponseMessage answer, int status, string error)
    {
        using (answer)
        {
            var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
            Assert.Equal((status, error), ((int)answer.StatusCode, body["error"]!.GetValue<string>()));
            Assert.False(string.IsNullOrWhiteSpace(body["message"]!.GetValue<string>()), "a refusal says what was wrong");
        }
    }

    /// <summary>A connection on which one message was published, kept open; null when it was closed instead.</summary>
    private static async Task<RawClient?> HoldAsync(TestServer server)
    {
        try
        {
            var client = await RawClient.OpenAsync(server.PublishAddress);
            await client.SendAsync(PublishRequest.Head("/publish/a") + "Content-Length: 1\r\n\r\n1");
            Assert.Equal(200, (await client.ReadReplyAsync()).Status);
            return client;
        }
        catch (Exception closed) when (closed is IOException or System.Net.Sockets.SocketException)
        {
            return null;
        }
    }

    private static bool Keep(List<RawClient> crowd, RawClient held)
    {
        crowd.Add(held);
        return true;
    }
}
