using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>Whose pages may connect: by exact match, decided before the upgrade.</summary>
public sealed class OriginTests
{
    private const string Allowed = "https://app.example.com,http://localhost:3000,https://app.example.com:8443";
    private const string Refused = "ws_connections_rejected_total{reason=\"forbidden_origin\"}";

    [Theory]
    [InlineData("https://app.example.com")]
    [InlineData("http://localhost:3000")]
    [InlineData("https://app.example.com:8443")]
    public async Task A_page_of_an_allowed_origin_connects(string origin)
    {
        await using var server = await TestServer.StartAsync(("WS_ALLOWED_ORIGINS", Allowed));

        Assert.Equal(101, (await ShakeAsync(server, $"Origin: {origin}\r\n")).Status);

        Assert.Equal(0, await server.MetricAsync(Refused));
    }

    [Theory]
    [InlineData("Origin: https://other.example.com")]
    [InlineData("Origin: https://example.com")]
    [InlineData("Origin: https://app.example.com:443")]
    [InlineData("Origin: https://app.example.com:8444")]
    [InlineData("Origin: http://localhost")]
    [InlineData("Origin: http://localhost:30000")]
    [InlineData("Origin: http://app.example.com")]
    [InlineData("Origin: wss://app.example.com")]
    [InlineData("Origin: null")]
    [InlineData("Origin:")]
    [InlineData("Origin: *")]
    [InlineData("Origin: HTTPS://app.example.com")]
    [InlineData("Origin: https://App.Example.com")]
    [InlineData("Origin: https://app.example.com.")]
    [InlineData("Origin: https://app.example.com/")]
    [InlineData("Origin: https://app.example.com.evil.io")]
    [InlineData("Origin: https://evil.io/https://app.example.com")]
    [InlineData("Origin: https://evilapp.example.com")]
    [InlineData("Origin: https://app.example.com@evil.io")]
    [InlineData("Origin: https://evil.io@app.example.com")]
    [InlineData("Origin: https://evil.io#https://app.example.com")]
    [InlineData("Origin: https://app.example.com https://evil.io")]
    [InlineData("Origin: https://app.example.com, https://evil.io")]
    [InlineData("Origin: https://app.example.com,http://localhost:3000,https://app.example.com:8443")]
    [InlineData("Origin: https://app.example.com\r\nOrigin: https://evil.io")]
    [InlineData("Origin: https://evil.io\r\norigin: https://app.example.com")]
    [InlineData("Origin: https://app.example.com\r\nOrigin: https://app.example.com")]
    public async Task Every_other_origin_is_refused_before_the_upgrade(string headers)
    {
        await using var server = await TestServer.StartAsync(("WS_ALLOWED_ORIGINS", Allowed));

        var reply = await ShakeAsync(server, headers + "\r\n");

        reply.AssertRefusal(403, "forbidden_origin");
        Assert.DoesNotContain("sec-websocket-accept", reply.Headers.Keys);
        Assert.Equal(1, await server.MetricAsync(Refused));
        Assert.Equal(0, await server.MetricAsync("ws_connections_total"));
    }

    [Theory]
    [InlineData(Allowed, "")]
    [InlineData("", "Origin: https://evil.io\r\n")]
    [InlineData("*", "Origin: null\r\n")]
    [InlineData("*", "")]
    public async Task Without_WS_REQUIRE_ORIGIN_who_sends_none_is_let_in_and_without_a_list_everybody(string allowed, string header)
    {
        await using var server = await TestServer.StartAsync(("WS_ALLOWED_ORIGINS", allowed));

        Assert.Equal(101, (await ShakeAsync(server, header)).Status);
    }

    [Theory]
    [InlineData(Allowed, "", false)]
    [InlineData("*", "", false)]
    [InlineData("", "", false)]
    [InlineData("", "Origin:\r\n", false)]
    [InlineData(Allowed, "Origin: https://evil.io\r\n", false)]
    [InlineData(Allowed, "Origin: https://app.example.com\r\n", true)]
    [InlineData("*", "Origin: https://evil.io\r\n", true)]
    [InlineData("", "Origin: https://evil.io\r\n", true)]
    public async Task With_WS_REQUIRE_ORIGIN_who_sends_none_is_refused(string allowed, string header, bool isLetIn)
    {
        await using var server = await TestServer.StartAsync(("WS_ALLOWED_ORIGINS", allowed), ("WS_REQUIRE_ORIGIN", "true"));

        var reply = await ShakeAsync(server, header);

        if (isLetIn) Assert.Equal(101, reply.Status);
        else reply.AssertRefusal(403, "forbidden_origin");
    }

    [Fact]
    public async Task A_foreign_page_is_not_told_to_come_back_by_a_server_that_can_serve_nobody_yet()
    {
        await using var server = await TestServer.StartAsync(("NATS_URL", "nats://127.0.0.1:1"), ("WS_ALLOWED_ORIGINS", Allowed));

        (await ShakeAsync(server, "Origin: https://evil.io\r\n")).AssertRefusal(403, "forbidden_origin");
        (await ShakeAsync(server, "Origin: https://app.example.com\r\n")).AssertRefusal(503, "starting", isPassing: true);
    }

    [Fact]
    public async Task The_rule_is_for_clients_alone()
    {
        await using var server = await TestServer.StartAsync(("WS_ALLOWED_ORIGINS", Allowed), ("WS_REQUIRE_ORIGIN", "true"));

        Assert.Equal(200, (await RawClient.ExchangeAsync(server, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")).Status);
        Assert.Equal(200, (await RawClient.ExchangeAsync(server, "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://evil.io\r\n\r\n")).Status);
    }

    private static Task<HttpReply> ShakeAsync(TestServer server, string headers) =>
        RawClient.ExchangeAsync(server, RawClient.Upgrade + headers + "\r\n");
}
