using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Connections that ask for nothing, or never finish asking, are not kept.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class HandshakeTimeoutTests
{
    private static readonly (string Name, string Value) Timeout = ("WS_HANDSHAKE_TIMEOUT", "300ms");

    [Fact]
    public async Task A_connection_on_which_nothing_comes_is_closed()
    {
        await using var server = await TestServer.StartAsync(Timeout);
        await using var healthy = await server.ConnectAsync("?channels=a");
        using var silent = await RawClient.OpenAsync(server);

        Assert.Null(await silent.ReadAsync());

        await server.PublishAsync("a", "1");
        await healthy.WaitForMessagesAsync(1);
        Assert.Equal(1, await server.MetricAsync("ws_connections_current"));
    }

    [Fact]
    public async Task A_request_that_never_ends_is_answered_with_408()
    {
        await using var server = await TestServer.StartAsync(Timeout);
        using var slow = await RawClient.OpenAsync(server);

        await slow.SendAsync("GET /ws HTTP/1.1\r\nHost: ");

        Assert.Equal(408, (await slow.ReadReplyAsync()).Status);
        Assert.Null(await slow.ReadAsync());
    }

    [Fact]
    public async Task A_connection_that_has_asked_once_may_be_quiet_for_longer()
    {
        await using var server = await TestServer.StartAsync(Timeout);
        using var quiet = await RawClient.OpenAsync(server);
        const string request = "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
        await quiet.SendAsync(request);
        Assert.Equal(200, (await quiet.ReadReplyAsync()).Status);

        using var silent = await RawClient.OpenAsync(server);
        Assert.Null(await silent.ReadAsync());
        await quiet.SendAsync(request);

        Assert.Equal(200, (await quiet.ReadReplyAsync()).Status);
    }

    [Fact]
    public async Task A_handshake_that_comes_byte_by_byte_is_one()
    {
        await using var server = await TestServer.StartAsync();
        using var client = await RawClient.OpenAsync(server);

        foreach (var one in RawClient.Upgrade + "\r\n") await client.SendAsync(one.ToString());

        Assert.Equal(101, (await client.ReadReplyAsync()).Status);
        Assert.Equal("welcome", (await client.ReadAsync())!.Type);
    }

    [Fact]
    public async Task Connections_that_end_before_they_ask_cost_nothing()
    {
        await using var server = await TestServer.StartAsync();
        for (var i = 0; i < 50; i++)
        {
            using var client = await RawClient.OpenAsync(server);
            if (i % 2 == 0) client.Reset();
        }

        await using var healthy = await server.ConnectAsync();
        Assert.DoesNotContain(server.Log, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_stops_does_not_wait_for_who_has_not_asked_yet()
    {
        await using var server = await TestServer.StartAsync(("WS_HANDSHAKE_TIMEOUT", "5m"));
        using var silent = await RawClient.OpenAsync(server);
        await Wait.UntilAsync(() => server.ConnectionCount == 1 || server.Log.Any(line => line.Contains("accepted", StringComparison.Ordinal)), "the connection should be there");

        await server.StopAsync();

        Assert.Null(await silent.ReadAsync());
        Assert.DoesNotContain(server.Log, line => line.Contains("failed to close gracefully", StringComparison.Ordinal));
    }
}
