using WsFanout.Hosting.Settings;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Connections that are no clients: as many as the descriptors allow, none for ever, and nothing that they do reaches a client.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class OpenConnectionTests
{
    private const string Request = "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    private const string Turned = "ws_connections_rejected_total{reason=\"max_connections\"}";

    // 20 clients and a limit that leaves the least that it may: 48 connections beside them.
    private const int Clients = 20;
    private const int Places = Clients + 48;

    [Theory]
    [InlineData(Request, 200)]
    [InlineData("GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 404)]
    public async Task One_more_than_the_descriptors_allow_is_closed_and_counted_and_the_others_go_on(string request, int status)
    {
        await using var server = await StartAsync();
        await using var client = await server.ConnectAsync("?channels=a");
        Assert.Equal(0, await server.MetricAsync(Turned));
        var others = new List<RawClient>();
        for (var open = 2; open < Places; open++) others.Add(await AskAsync(server, request, status));

        Assert.True(await IsTurnedAwayAsync(server));
        await server.PublishAsync("a", "1");
        await client.WaitForMessagesAsync(1);
        Assert.Equal(1, await server.MetricAsync(Turned));

        foreach (var other in others) other.Dispose();
        await Wait.UntilAsync(async () => !await IsTurnedAwayAsync(server), "places should be given back");
    }

    [Theory]
    [InlineData("GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 426)]
    [InlineData(RawClient.Upgrade + "Sec-WebSocket-Key: x\r\n\r\n", 400)]
    public async Task A_handshake_that_is_none_ends_its_connection_too(string request, int status)
    {
        await using var server = await StartAsync();

        using var refused = await AskAsync(server, request, status);

        Assert.Null(await refused.ReadAsync());
    }

    [Fact]
    public async Task A_handshake_that_is_refused_for_want_of_places_takes_no_descriptor()
    {
        await using var server = await StartAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => RawClient.ConnectAsync(server)));

        for (var i = 0; i < 2 * Places; i++)
        {
            using var refused = await AskAsync(server, RawClient.Upgrade + "\r\n", 503);
            Assert.Null(await refused.ReadAsync());
        }

        Assert.Equal(2 * Places, await server.MetricAsync(Turned));
        foreach (var client in clients) client.Dispose();
    }

    private static async Task<bool> IsTurnedAwayAsync(TestServer server)
    {
        try
        {
            using var client = await AskAsync(server, Request, 200);
            return false;
        }
        catch (Exception closed) when (closed is IOException or System.Net.Sockets.SocketException)
        {
            return true;
        }
    }

    private static async Task<RawClient> AskAsync(TestServer server, string request, int status)
    {
        var client = await RawClient.OpenAsync(server);
        await client.SendAsync(request);
        Assert.Equal(status, (await client.ReadReplyAsync()).Status);
        return client;
    }

    private static Task<TestServer> StartAsync()
    {
        var context = SettingsContext.OfThisProcess();
        return TestServer.StartAsync(context with { Machine = context.Machine with { DescriptorLimit = Clients + 256 } }, ("WS_MAX_CONNECTIONS", $"{Clients}"));
    }
}
