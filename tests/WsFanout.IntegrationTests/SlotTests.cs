using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The places of <c>WS_MAX_CONNECTIONS</c>: exact under a race, and given back on every way out.</summary>
[Collection(HeavyTests.Name)]
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class SlotTests
{
    private const int Places = 20;

    [Fact]
    public async Task As_many_get_in_as_there_are_places_however_many_come_at_once()
    {
        await using var server = await TestServer.StartAsync(("WS_MAX_CONNECTIONS", $"{Places}"));
        var clients = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => RawClient.OpenAsync(server)));

        var replies = await Task.WhenAll(clients.Select(async client =>
        {
            await client.SendAsync(RawClient.Upgrade + "\r\n");
            return await client.ReadReplyAsync();
        }));

        Assert.Equal(Places, replies.Count(reply => reply.Status == 101));
        foreach (var refused in replies.Where(reply => reply.Status != 101)) refused.AssertRefusal(503, "max_connections", isPassing: true);
        Assert.Equal(Places, await server.MetricAsync("ws_connections_current"));
        Assert.Equal(200 - Places, await server.MetricAsync("ws_connections_rejected_total{reason=\"max_connections\"}"));
        foreach (var client in clients) client.Dispose();
        await WaitUntilEmptyAsync(server);
    }

    [Fact]
    public async Task Every_way_out_gives_the_place_back()
    {
        await using var server = await TestServer.StartAsync(("WS_MAX_CONNECTIONS", $"{Places}"), ("WS_CLIENT_BURST", "10"), ("WS_CLIENT_RATE", "1"));
        Func<RawClient, Task>[] ways =
        [
            client => client.SendCloseAsync(1000),
            client => Do(client.Dispose),
            client => Do(client.Reset),
            client => client.SendFrameAsync(RawFrame.Text, "{}"u8.ToArray(), masked: false),
            client => client.SendFrameAsync(RawFrame.Binary, [1]),
            client => client.SendFrameAsync(RawFrame.Text, [0xff]),
            client => client.SendFrameAsync(RawFrame.Text, new byte[20_000]),
            FloodAsync,
            async client =>
            {
                await client.SendAsync(new byte[] { 0x81, 0xfe, 0x10 });
                client.Dispose();
            },
            async client =>
            {
                await client.SendTextAsync("""{"type":"subscribe","data":{"channels":["a",">"]}}""");
                client.Reset();
            },
        ];

        for (var cycle = 0; cycle < 20; cycle++)
        {
            var clients = await Task.WhenAll(ways.Select(_ => RawClient.ConnectAsync(server)));
            await Task.WhenAll(ways.Zip(clients, (leave, client) => leave(client)));
            var refused = await RawClient.ExchangeAsync(server, RawClient.Upgrade.Replace("13", "12", StringComparison.Ordinal) + "\r\n");
            Assert.Equal(426, refused.Status);
            foreach (var client in clients) client.Dispose();
            await WaitUntilEmptyAsync(server);
        }

        var again = await Task.WhenAll(Enumerable.Range(0, Places).Select(_ => RawClient.ConnectAsync(server)));
        Assert.Equal(0, await server.MetricAsync("ws_subscriptions_current"));
        Assert.Equal(Places, await server.MetricAsync("ws_connections_current"));
        foreach (var client in again) client.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("?channels=a")]
    public async Task Clients_that_ask_for_pongs_and_read_nothing_give_their_places_back(string query)
    {
        await using var server = await TestServer.StartAsync(("WS_PING_INTERVAL", "1s"), ("WS_PONG_TIMEOUT", "1s"), ("WS_SLOW_CLIENT_TIMEOUT", "2s"));
        var jammers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RawClient.ConnectAsync(server, query, receiveBufferBytes: 4096)));
        for (var i = 0; i < 8; i++) await server.PublishAsync("a", $"\"{new string('x', 20_000)}\"");

        await Task.WhenAll(jammers.Select(SendPingsToTheEndAsync));
        foreach (var jammer in jammers) jammer.Dispose();

        await WaitUntilEmptyAsync(server);
    }

    private static async Task SendPingsToTheEndAsync(RawClient client)
    {
        try
        {
            while (true) await client.SendFrameAsync(RawFrame.Ping, new byte[125]);
        }
        catch (Exception ended) when (ended is System.Net.Sockets.SocketException or OperationCanceledException)
        {
            // The server has cut it, or its own socket took nothing more for ten seconds.
        }
    }

    private static async Task FloodAsync(RawClient client)
    {
        for (var i = 0; i < 30; i++) await client.SendTextAsync("""{"type":"heartbeat"}""");
    }

    private static Task Do(Action act)
    {
        act();
        return Task.CompletedTask;
    }

    private static Task WaitUntilEmptyAsync(TestServer server) =>
        Wait.UntilAsync(
            async () => await server.MetricAsync("ws_connections_current") == 0 && server.ClientCount == 0, "every place should be given back");
}
