using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The recipes of deploy/proxies, with the distribution's nginx and HAProxy before a server: what comes through, as whom, for how long, and what does not.</summary>
public sealed class ProxyRecipeTests : IDisposable
{
    private static readonly (string Name, string Value)[] Trusting = [("WS_ADMIN_ADDR", "127.0.0.1:0"), ("WS_TRUSTED_PROXIES", "127.0.0.1/32")];

    private readonly TestCertificate _certificate = new();

    private delegate Task<ReverseProxy> Start(TestCertificate certificate, (TestServer First, TestServer Second) servers, int? idleSeconds = null, int? perAddress = null);

    public void Dispose() => _certificate.Dispose();

    [FactWith("nginx", "nginx")]
    public Task Clients_come_through_nginx_by_tls_and_their_query_is_not_logged() => ComeThroughAsync(ReverseProxy.NginxAsync);

    [FactWith("haproxy", "haproxy")]
    public Task Clients_come_through_haproxy_by_tls_and_their_query_is_not_logged() => ComeThroughAsync(ReverseProxy.HaproxyAsync);

    [FactWith("nginx", "nginx")]
    public Task Behind_nginx_each_client_counts_by_its_own_address_whatever_it_claims() => CountByAddressAsync(ReverseProxy.NginxAsync);

    [FactWith("haproxy", "haproxy")]
    public Task Behind_haproxy_each_client_counts_by_its_own_address_whatever_it_claims() => CountByAddressAsync(ReverseProxy.HaproxyAsync);

    [FactWith("nginx", "nginx")]
    public Task Nothing_but_clients_is_reached_through_nginx() => ReachNothingElseAsync(ReverseProxy.NginxAsync);

    [FactWith("haproxy", "haproxy")]
    public Task Nothing_but_clients_is_reached_through_haproxy() => ReachNothingElseAsync(ReverseProxy.HaproxyAsync);

    [FactWith("nginx", "nginx")]
    public Task Nginx_keeps_an_idle_client_that_is_pinged_and_cuts_one_that_is_not() => StayIdleAsync(ReverseProxy.NginxAsync);

    [FactWith("haproxy", "haproxy")]
    public Task Haproxy_keeps_an_idle_client_that_is_pinged_and_cuts_one_that_is_not() => StayIdleAsync(ReverseProxy.HaproxyAsync);

    [FactWith("nginx", "nginx")]
    public Task Nginx_lets_one_address_hold_so_many_connections() => HoldSoManyAsync(ReverseProxy.NginxAsync);

    [FactWith("haproxy", "haproxy")]
    public Task Haproxy_lets_one_address_hold_so_many_connections() => HoldSoManyAsync(ReverseProxy.HaproxyAsync);

    [FactWith("nginx", "nginx")]
    public Task A_server_that_drains_behind_nginx_sends_its_clients_to_the_other_and_no_newcomer_meets_it() => DrainAsync(ReverseProxy.NginxAsync);

    [FactWith("haproxy", "haproxy")]
    public Task A_server_that_drains_behind_haproxy_sends_its_clients_to_the_other_and_no_newcomer_meets_it() => DrainAsync(ReverseProxy.HaproxyAsync);

    private async Task ComeThroughAsync(Start start)
    {
        await using var server = await TestServer.StartAsync(Trusting);
        await using var proxy = await start(_certificate, (server, server));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

        await using (var client = await ConnectAsync(proxy, "?channels=a"))
        {
            await server.PublishAsync("a", "\"hello\"");
            await client.WaitForMessagesAsync(1);
            Assert.Equal("hello", client.Messages[0]["data"]!.GetValue<string>());
            using var inClear = await http.GetAsync(new Uri($"http://127.0.0.1:{proxy.ClearPort}/ws"));
            Assert.Equal((308, "https"), ((int)inClear.StatusCode, inClear.Headers.Location!.Scheme));
        }

        await Wait.UntilAsync(() => proxy.Log.Contains("GET /ws\" 101", StringComparison.Ordinal), $"the connection should be logged once it is over");
        Assert.DoesNotContain("channels", proxy.Log, StringComparison.Ordinal);
    }

    private async Task CountByAddressAsync(Start start)
    {
        await using var server = await TestServer.StartAsync([("WS_CONNECT_RATE_PER_IP", "0.01"), ("WS_CONNECT_RATE_PER_IP_BURST", "2"), .. Trusting]);
        await using var proxy = await start(_certificate, (server, server));

        foreach (var from in (string[])["127.0.0.2", "127.0.0.3"])
        {
            var replies = new List<HttpReply>();
            for (var i = 0; i < 3; i++)
            {
                using var visitor = await ComeAsync(proxy, from, $"X-Forwarded-For: 198.51.100.{i}\r\n");
                replies.Add(visitor.Reply);
            }

            Assert.Equal([101, 101, 429], replies.Select(reply => reply.Status));
            replies[2].AssertRefusal(429, "rate_limited", isPassing: true);
        }
    }

    private async Task ReachNothingElseAsync(Start start)
    {
        // All on one address, so that only the proxy keeps it in.
        await using var server = await TestServer.StartAsync();
        await using var proxy = await start(_certificate, (server, server));
        Assert.True((await server.Http.GetAsync(new Uri("metrics", UriKind.Relative))).IsSuccessStatusCode);

        string[] targets =
        [
            "/metrics", "/config", "/health", "/health/live", "/health/ready", "/publish/a", "/publish", "/", "/app.js", "/ws/", "/wsx", "/WS", "//metrics", "/ws/../metrics", "/ws/%2e%2e/metrics",
            "/%6detrics", "/ws%2f..%2fmetrics", "/ws/../publish/a", "https://localhost/metrics",
        ];
        foreach (var target in targets)
        {
            foreach (var method in (string[])["GET", "POST"])
            {
                using var visitor = await TlsVisitor.ComeAsync(proxy.Port, _certificate, $"{method} {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n1");
                Assert.True(visitor.Reply.Status is 400 or 404, $"{method} {target}: {visitor.Reply.Status}");
                Assert.DoesNotContain("not_found", visitor.Reply.Body, StringComparison.Ordinal);
            }
        }

        Assert.Equal(0, await server.MetricAsync("ws_nats_messages_received_total"));
        using var module = await TlsVisitor.ComeAsync(proxy.Port, _certificate, "GET /client.js HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Equal(200, module.Reply.Status);
    }

    private async Task StayIdleAsync(Start start)
    {
        // A position is told as often as a ping is sent: so many are more time than the proxy allows for silence.
        const int idleSeconds = 1, positions = 16;
        await using (var server = await TestServer.StartAsync([("WS_PING_INTERVAL", "200ms"), .. Trusting]))
        await using (var proxy = await start(_certificate, (server, server), idleSeconds))
        await using (var client = await ConnectAsync(proxy))
        {
            await client.WaitForAsync("position", positions);
            Assert.False(client.IsOver);
        }

        await using var silent = await TestServer.StartAsync([("WS_PING_INTERVAL", "1h"), ("WS_REPLAY_MAX_AGE", "24h"), .. Trusting]);
        await using var impatient = await start(_certificate, (silent, silent), idleSeconds);
        await using var cut = await ConnectAsync(impatient);
        await cut.WaitForEndAsync();
        Assert.Null(cut.CloseCode);
    }

    private async Task HoldSoManyAsync(Start start)
    {
        await using var server = await TestServer.StartAsync(Trusting);
        await using var proxy = await start(_certificate, (server, server), perAddress: 3);
        var visitors = new List<TlsVisitor>();

        foreach (var from in (string[])["127.0.0.2", "127.0.0.2", "127.0.0.2", "127.0.0.2", "127.0.0.3"]) visitors.Add(await ComeAsync(proxy, from));

        Assert.Equal([101, 101, 101, 429, 101], visitors.Select(visitor => visitor.Reply.Status));
        foreach (var visitor in visitors) visitor.Dispose();
    }

    private async Task DrainAsync(Start start)
    {
        const int clients = 20, newcomers = 20;
        await using var old = await TestServer.StartAsync(Trusting);
        await using var other = await TestServer.StartAsync(Trusting);
        await using var proxy = await start(_certificate, (old, other));
        var crowd = new List<TestClient>();
        for (var i = 0; i < clients; i++) crowd.Add(await ConnectAsync(proxy, "?channels=a"));
        var moving = old.ClientCount;
        Assert.InRange(moving, 1, clients - 1);

        var draining = old.StopAsync();
        for (var i = 0; i < newcomers; i++) crowd.Add(await ConnectAsync(proxy, "?channels=a"));
        await draining;
        await Wait.UntilAsync(() => crowd.Count(client => client.IsOver) >= moving, "its clients should be sent away");

        var sentAway = crowd.Where(client => client.IsOver).ToList();
        Assert.Equal(moving, sentAway.Count);
        Assert.All(sentAway, client => Assert.Equal((4200, 1), (client.CloseCode, client.OfType("bye").Count)));
        for (var i = 0; i < moving; i++) crowd.Add(await ConnectAsync(proxy, "?channels=a"));
        Assert.Equal(clients + newcomers, other.ClientCount);
        foreach (var client in crowd) await client.DisposeAsync();
    }

    private Task<TestClient> ConnectAsync(ReverseProxy proxy, string query = "") =>
        TestClient.ConnectAsync(new Uri($"{proxy.WebSocketAddress}{query}"), options => options.RemoteCertificateValidationCallback = _certificate.IsTrusted);

    private Task<TlsVisitor> ComeAsync(ReverseProxy proxy, string from, string headers = "") =>
        TlsVisitor.ComeAsync(proxy.Port, _certificate, $"{RawClient.Upgrade}{headers}\r\n", from);
}
