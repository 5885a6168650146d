using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>How many newcomers are let in, whose they are counted as, and who goes first. The rates are so small that only the bursts matter.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class ConnectRateTests
{
    private const string Refused = "ws_connections_rejected_total{reason=\"rate_limited\"}";

    [Fact]
    public async Task Beyond_the_burst_newcomers_are_told_when_to_come_back()
    {
        await using var server = await StartAsync(("WS_CONNECT_RATE", "0.1"), ("WS_CONNECT_BURST", "6"));

        var statuses = await ComeAsync(server, 10);

        Assert.Equal([101, 101, 101, 429, 429, 429, 429, 429, 429, 429], statuses);
        Assert.Equal(7, await server.MetricAsync(Refused));
    }

    [Fact]
    public async Task Clients_that_resume_get_in_when_cold_ones_do_not()
    {
        await using var server = await StartAsync(("WS_CONNECT_RATE", "0.1"), ("WS_CONNECT_BURST", "20"));
        await using var first = await server.ConnectAsync();
        await first.WaitForAsync("welcome");
        var welcome = first.OfType("welcome").Single();
        var (seq, epoch) = (welcome["seq"]!.GetValue<long>(), welcome["epoch"]!.GetValue<string>());

        Assert.Equal(9, (await ComeAsync(server, 15)).Count(status => status == 101));
        foreach (var pretended in (string[])[$"?since={seq}", $"?epoch={epoch}", $"?since={seq}&epoch=other", $"?since=-1&epoch={epoch}", $"?since=9007199254740992&epoch={epoch}", "?since=0&epoch="])
        {
            Assert.Equal([429], await ComeAsync(server, 1, pretended));
        }

        Assert.Equal([101, 101], await ComeAsync(server, 2, $"?channels=a&since={seq}&epoch={epoch}"));
        Assert.Equal(8, (await ComeAsync(server, 12, $"?since={seq}&epoch={epoch}")).Count(status => status == 101));
    }

    [Fact]
    public async Task A_peer_that_is_no_proxy_counts_as_itself_whatever_it_claims()
    {
        await using var server = await StartAsync(("WS_CONNECT_RATE_PER_IP", "0.01"), ("WS_CONNECT_RATE_PER_IP_BURST", "5"), ("WS_TRUSTED_PROXIES", "10.0.0.0/8,::1"));

        var entered = 0;
        for (var i = 0; i < 1_000; i++)
        {
            var (reply, client) = await Visitor.TryAsync(server, headers: $"X-Forwarded-For: 198.51.{i / 250}.{i % 250}\r\n");
            if (client is null) reply.AssertRefusal(429, "rate_limited", isPassing: true);
            else entered++;
            client?.Dispose();
        }

        Assert.Equal(5, entered);
        Assert.Equal(995, await server.MetricAsync(Refused));
    }

    [Fact]
    public async Task Behind_a_proxy_each_client_counts_alone_by_what_the_proxy_wrote_and_not_by_what_the_client_did()
    {
        await using var server = await StartAsync(("WS_CONNECT_RATE_PER_IP", "0.01"), ("WS_CONNECT_RATE_PER_IP_BURST", "2"), ("WS_TRUSTED_PROXIES", "127.0.0.0/8,10.0.0.0/8"));

        // Each row is one client, whose first two come in and whose third does not.
        string[][] sameClient =
        [
            ["198.51.100.1", "203.0.113.9, 198.51.100.1", "198.51.100.1, 10.1.1.1"],
            ["198.51.100.2:1", "::ffff:198.51.100.2", "[::ffff:198.51.100.2]:3"],
            ["2001:db8:1:2::1", "[2001:db8:1:2::2]:443", "2001:db8:1:2:ffff::3"],
            ["2001:db8:1:3::1", "[2001:db8:1:3::2]", $"203.0.113.9{string.Concat(Enumerable.Repeat(", 198.51.100.77", 60))}, 2001:db8:1:3::3"],
            [$"198.51.100.3{string.Concat(Enumerable.Repeat(", 10.1.1.1", 50))}", $"198.51.100.4{string.Concat(Enumerable.Repeat(", 10.1.1.1", 60))}", "10.1.1.1"],
            ["", "garbage", "198.51.100.5, 127.0.0.1, <script>"],
        ];
        foreach (var headers in sameClient)
        {
            var statuses = new List<int>();
            foreach (var header in headers) statuses.AddRange(await ComeAsync(server, 1, headers: $"X-Forwarded-For: {header}\r\n"));
            Assert.True(statuses is [101, 101, 429], $"{string.Join(" | ", headers)}: {string.Join(' ', statuses)}");
        }

        for (var i = 0; i < 100; i++) Assert.Equal([101], await ComeAsync(server, 1, headers: $"X-Forwarded-For: 203.0.113.9, 192.0.2.{i}\r\n"));
        Assert.Equal([429], await ComeAsync(server, 1, headers: "X-Forwarded-For: 192.0.2.200\r\nX-Forwarded-For: 198.51.100.1\r\n"));
    }

    private static async Task<IReadOnlyList<int>> ComeAsync(TestServer server, int times, string query = "", string headers = "")
    {
        var statuses = new List<int>();
        for (var i = 0; i < times; i++)
        {
            var (reply, client) = await Visitor.TryAsync(server, query, headers);
            if (client is null) reply.AssertRefusal(429, "rate_limited", isPassing: true);
            statuses.Add(reply.Status);
            client?.Dispose();
        }

        return statuses;
    }

    private static Task<TestServer> StartAsync(params (string Name, string Value)[] variables) =>
        TestServer.StartAsync([("WS_CPU_REJECT_THRESHOLD", "100"), ("WS_CPU_PAUSE_THRESHOLD", "100"), .. variables]);
}
