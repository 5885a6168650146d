using System.Net;
using WsFanout.Hosting.Page;
using WsFanout.Hosting.Settings;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>With WS_ADMIN_ADDR: clients and the page at one address, everything else at the other, and nothing by a trick.</summary>
public sealed class AdminListenerTests
{
    private const string Operators = "/metrics /health /health/live /health/ready /config";

    // As in OpenConnectionTests: the smallest limit leaves 48 connections beside the clients, half of them for each address.
    private const int Clients = 20;
    private const int AdminPlaces = 24;
    private const string Turned = "ws_connections_rejected_total{reason=\"max_connections\"}";

    [Fact]
    public async Task Each_address_serves_its_own_and_is_404_for_the_other_s()
    {
        await using var server = await StartAsync();

        foreach (var method in (string[])["GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE"])
        {
            foreach (var path in Operators.Split(' ').Append("/publish/a").Append("/publish/")) Assert.Equal(404, await StatusAsync(server.BaseAddress, method, path));
            foreach (var path in PageFiles.Paths.Append("/ws")) Assert.Equal(404, await StatusAsync(server.AdminAddress, method, path));
        }

        foreach (var path in Operators.Split(' ')) Assert.Equal(200, await StatusAsync(server.AdminAddress, "GET", path));
        foreach (var path in PageFiles.Paths) Assert.Equal(200, await StatusAsync(server.BaseAddress, "GET", path));
        Assert.Equal(404, (await RawClient.ExchangeAsync(server.AdminAddress, RawClient.Upgrade + "\r\n")).Status);
        Assert.Equal(0, await server.MetricAsync("ws_connections_rejected_total{reason=\"upgrade_required\"}"));
    }

    [Fact]
    public async Task A_client_gets_at_one_address_what_was_published_at_the_other()
    {
        await using var server = await StartAsync();
        await using var client = await server.ConnectAsync("?channels=a");
        await client.WaitForAsync("subscription_ack");

        await server.PublishAsync("a", "1");

        await client.WaitForMessagesAsync(1);
        Assert.Equal(1, await server.MetricAsync("ws_connections_current"));
        Assert.Contains(server.Log, line => line.Contains($"Listening on 127.0.0.1:{server.BaseAddress.Port} for clients and the page, on 127.0.0.1:{server.AdminAddress.Port} for everything else.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GET /metrics", "Host: {admin}")]
    [InlineData("GET /metrics", "Host: localhost")]
    [InlineData("GET /metrics", "Host:")]
    [InlineData("GET http://{admin}/metrics", "Host: {admin}")]
    [InlineData("GET http://{admin}/metrics", "Host: 127.0.0.1")]
    [InlineData("GET http://127.0.0.1/metrics", "Host: 127.0.0.1")]
    [InlineData("GET http://127.0.0.1/ws/../metrics", "Host: 127.0.0.1")]
    [InlineData("GET //metrics")]
    [InlineData("GET ///metrics")]
    [InlineData("GET //{admin}/metrics")]
    [InlineData("GET /./metrics")]
    [InlineData("GET /ws/../metrics")]
    [InlineData("GET /ws/%2e%2e/metrics")]
    [InlineData("GET /ws%2f..%2fmetrics")]
    [InlineData("GET /app.js/../metrics")]
    [InlineData("GET /%6detrics")]
    [InlineData("GET /%6d%65%74%72%69%63%73")]
    [InlineData("GET /%2fmetrics")]
    [InlineData("GET /%256detrics")]
    [InlineData("GET /metrics/")]
    [InlineData("GET /metrics%20")]
    [InlineData("GET /metrics%09")]
    [InlineData("GET /metrics;/ws")]
    [InlineData("GET /METRICS")]
    [InlineData("GET /metrics?/ws")]
    [InlineData("GET /ws/metrics")]
    [InlineData("GET \\metrics")]
    [InlineData("OPTIONS *")]
    [InlineData("CONNECT {admin}")]
    [InlineData("PROPFIND /metrics")]
    [InlineData("GET /health/../config")]
    [InlineData("GET /con%66ig")]
    [InlineData("GET /", "X-Original-URL: /metrics")]
    [InlineData("GET /metrics", "X-Forwarded-Host: {admin}")]
    [InlineData("GET /metrics", "X-HTTP-Method-Override: GET")]
    [InlineData("GET /metrics", "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA")]
    [InlineData("GET /metrics", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")]
    public async Task No_request_reaches_at_the_clients_address_what_is_for_operators(string request, string header = "X-None: 1")
    {
        await using var server = await StartAsync();
        var admin = server.AdminAddress.Authority;
        var host = header.StartsWith("Host:", StringComparison.Ordinal) ? "" : "Host: 127.0.0.1\r\n";

        var reply = await RawClient.ExchangeAsync(server, $"{request} HTTP/1.1\r\n{host}{header}\r\n\r\n".Replace("{admin}", admin, StringComparison.Ordinal));

        // The page itself is for anybody; everything else is nothing, or no request at all.
        Assert.Contains(reply.Status, request == "GET /" ? [200] : (int[])[400, 404]);
        Assert.DoesNotContain("ws_connections", reply.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("WS_MAX_CONNECTIONS", reply.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/publish/a")]
    [InlineData("//publish/a")]
    [InlineData("/%70ublish/a")]
    [InlineData("/ws/../publish/a")]
    [InlineData("http://127.0.0.1/publish/a")]
    public async Task Nobody_publishes_at_the_clients_address_with_or_without_the_token(string target)
    {
        await using var server = await StartAsync(("WS_PUBLISH_TOKEN", "open-sesame"));

        (await PublishRequest.SendAsync(server, target, header: "Authorization: Bearer open-sesame")).AssertRefusal(404, "not_found");
        (await PublishRequest.SendAsync(server, target)).AssertRefusal(404, "not_found");

        Assert.Equal(0, await server.MetricAsync("ws_publish_bytes_total"));
    }

    [Fact]
    public async Task Publishing_at_the_admin_address_keeps_its_rules()
    {
        await using var open = await StartAsync();
        await using var guarded = await StartAsync(("WS_PUBLISH_TOKEN", "open-sesame"));

        Assert.Equal(200, (await PublishAsync(open, "X-None: 1")).Status);
        (await PublishAsync(open, "X-Forwarded-For: 127.0.0.1")).AssertRefusal(403, "forbidden");
        (await PublishAsync(open, "Origin: http://127.0.0.1")).AssertRefusal(403, "forbidden");
        (await PublishAsync(guarded, "X-None: 1")).AssertRefusal(401, "unauthorized");
        Assert.Equal(200, (await PublishAsync(guarded, "Authorization: Bearer open-sesame")).Status);
    }

    [Fact]
    public async Task A_crowd_at_the_clients_address_locks_no_operator_out()
    {
        await using var server = await StartSmallAsync();
        var crowd = new List<RawClient>();

        while (await HoldAsync(server.BaseAddress, "/") is { } held) crowd.Add(held);

        Assert.Equal(Clients + AdminPlaces, crowd.Count);
        Assert.Equal(1, await server.MetricAsync(Turned));
        for (var i = 1; i < AdminPlaces; i++) crowd.Add(Assert.IsType<RawClient>(await HoldAsync(server.AdminAddress, "/health/live")));
        foreach (var held in crowd) held.Dispose();
        await Wait.UntilAsync(async () => await HoldAsync(server.BaseAddress, "/") is { } held && Let(held), "places should be given back");
    }

    [Fact]
    public async Task A_crowd_at_the_admin_address_is_closed_and_counted_and_locks_no_client_out()
    {
        await using var server = await StartSmallAsync();
        Assert.Equal(0, await server.MetricAsync(Turned));
        var crowd = new List<RawClient>();

        // The connection that the metric was asked on stays open.
        while (await HoldAsync(server.AdminAddress, "/health/live") is { } held) crowd.Add(held);

        Assert.Equal(AdminPlaces - 1, crowd.Count);
        for (var i = 0; i < Clients; i++) crowd.Add(await RawClient.ConnectAsync(server));
        Assert.Equal(1, await server.MetricAsync(Turned));
        foreach (var held in crowd) held.Dispose();
    }

    [Fact]
    public async Task A_server_that_drains_tells_so_at_the_admin_address()
    {
        await using var server = await StartAsync();
        using var client = await RawClient.ConnectAsync(server);

        // The client does not answer its close frame, so it is waited for.
        var stopping = server.StopAsync();
        await client.AssertClosedAsync(4200);
        using var ready = await server.Http.GetAsync(new Uri("health/ready", UriKind.Relative));
        await client.SendCloseAsync(4200);
        await stopping;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("\"draining\"", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static Task<TestServer> StartAsync(params (string, string)[] variables) => TestServer.StartAsync([("WS_ADMIN_ADDR", "127.0.0.1:0"), .. variables]);

    private static Task<TestServer> StartSmallAsync()
    {
        var context = SettingsContext.OfThisProcess();
        return TestServer.StartAsync(
            context with { Machine = context.Machine with { DescriptorLimit = Clients + 256 } }, ("WS_ADMIN_ADDR", "127.0.0.1:0"), ("WS_MAX_CONNECTIONS", $"{Clients}"));
    }

    private static async Task<int> StatusAsync(Uri address, string method, string path)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var reply = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), new Uri(address, path)));
        return (int)reply.StatusCode;
    }

    private static Task<HttpReply> PublishAsync(TestServer server, string header) =>
        RawClient.ExchangeAsync(server.AdminAddress, PublishRequest.Head("/publish/a", header) + "Content-Length: 1\r\n\r\n1");

    /// <summary>A connection on which one request was answered, kept open; null when it was closed instead.</summary>
    private static async Task<RawClient?> HoldAsync(Uri address, string path)
    {
        try
        {
            var client = await RawClient.OpenAsync(address);
            await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
            Assert.Equal(200, (await client.ReadReplyAsync()).Status);
            return client;
        }
        catch (Exception closed) when (closed is IOException or System.Net.Sockets.SocketException)
        {
            return null;
        }
    }

    private static bool Let(RawClient held)
    {
        held.Dispose();
        return true;
    }
}
