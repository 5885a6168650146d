using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Every way in which a handshake is refused, and that a refusal costs nobody anything.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class HandshakeTests
{
    [Theory]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400, "bad_request")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=", 400, "bad_request")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "not base64 at all !!!!!!", 400, "bad_request")]
    [InlineData("Version: 13", "Version: 12", 426, "upgrade_required")]
    [InlineData("Sec-WebSocket-Version: 13\r\n", "", 426, "upgrade_required")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\n", "", 426, "upgrade_required")]
    [InlineData("Upgrade: websocket", "Upgrade: h2c", 426, "upgrade_required")]
    [InlineData("GET /ws", "POST /ws", 426, "upgrade_required")]
    [InlineData("HTTP/1.1", "HTTP/1.0", 426, "upgrade_required")]
    [InlineData("/ws", "/ws?channels=%zz", 400, "bad_request")]
    [InlineData("/ws", "/ws?channels=%ff", 400, "bad_request")]
    [InlineData("/ws", "/ws?channels=a%2", 400, "bad_request")]
    [InlineData("/ws", "/ws?%c3=1", 400, "bad_request")]
    public async Task A_handshake_that_is_none_is_refused_with_its_reason(string correct, string broken, int status, string error)
    {
        await using var server = await TestServer.StartAsync();
        using var client = await RawClient.OpenAsync(server);

        await client.SendAsync(RawClient.Upgrade.Replace(correct, broken, StringComparison.Ordinal) + "\r\n");
        var reply = await client.ReadReplyAsync();

        reply.AssertRefusal(status, error);
        if (status == 426) Assert.Equal("13", reply.Headers["sec-websocket-version"]);
        Assert.Equal(1, await server.MetricAsync($"ws_connections_rejected_total{{reason=\"{error}\"}}"));
        Assert.Equal(0, await server.MetricAsync("ws_connections_current"));
    }

    [Fact]
    public async Task Frames_sent_right_behind_the_handshake_are_met_in_order()
    {
        await using var server = await TestServer.StartAsync();
        using var client = await RawClient.OpenAsync(server);
        var frames = Enumerable.Range(1, 20).Select(id => Masked($$"""{"type":"heartbeat","id":{{id}}}"""));

        await client.SendAsync((byte[])[.. System.Text.Encoding.ASCII.GetBytes(RawClient.Upgrade + "\r\n"), .. frames.SelectMany(frame => frame)]);
        Assert.Equal(101, (await client.ReadReplyAsync()).Status);

        for (var id = 1; id <= 20; id++) Assert.Equal(id, (await client.ReadAsync("pong")).Json["id"]!.GetValue<int>());
    }

    [Fact]
    public async Task Garbage_behind_a_handshake_ends_that_connection_alone()
    {
        await using var server = await TestServer.StartAsync();
        await using var healthy = await server.ConnectAsync("?channels=a");
        using var client = await RawClient.OpenAsync(server);

        await client.SendAsync(RawClient.Upgrade + "\r\n" + "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        Assert.Equal(101, (await client.ReadReplyAsync()).Status);
        await client.AssertClosedAsync(1002);

        await server.PublishAsync("a", "1");
        await healthy.WaitForMessagesAsync(1);
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_connections_current") == 1, "the place should be given back");
    }

    [Fact]
    public async Task Bytes_that_are_no_request_end_that_connection_alone()
    {
        await using var server = await TestServer.StartAsync();
        using var client = await RawClient.OpenAsync(server);

        await client.SendAsync("\u0001\u0002 garbage\r\n\r\n");

        Assert.Equal(400, (await client.ReadReplyAsync()).Status);
        Assert.True(await server.IsReadyAsync());
    }

    [Theory]
    [InlineData("wsfanout.v1", "wsfanout.v1")]
    [InlineData("other, wsfanout.v1", "wsfanout.v1")]
    [InlineData("other", null)]
    public async Task The_subprotocol_is_agreed_on_when_it_was_offered(string offered, string? agreed)
    {
        await using var server = await TestServer.StartAsync();

        var reply = await RawClient.ExchangeAsync(server, $"{RawClient.Upgrade}Sec-WebSocket-Protocol: {offered}\r\n\r\n");

        Assert.Equal(101, reply.Status);
        Assert.Equal(agreed, reply.Headers.GetValueOrDefault("sec-websocket-protocol"));
    }

    [Fact]
    public async Task Compression_that_is_offered_is_not_agreed_on()
    {
        await using var server = await TestServer.StartAsync();

        var reply = await RawClient.ExchangeAsync(server, $"{RawClient.Upgrade}Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");

        Assert.Equal(101, reply.Status);
        Assert.DoesNotContain("sec-websocket-extensions", reply.Headers.Keys);
    }

    [Fact]
    public async Task A_server_without_its_broker_says_that_it_is_starting()
    {
        await using var server = await TestServer.StartAsync(("NATS_URL", "nats://127.0.0.1:1"));

        var reply = await RawClient.ExchangeAsync(server, RawClient.Upgrade + "\r\n");

        reply.AssertRefusal(503, "starting", isPassing: true);
    }

    [Fact]
    public async Task A_server_that_drains_refuses_newcomers_while_it_closes_its_clients()
    {
        await using var server = await TestServer.StartAsync();
        using var client = await RawClient.ConnectAsync(server);
        using var late = await RawClient.OpenAsync(server);

        // The client does not answer its close frame, so the listener is still there while it is waited for.
        var stopping = server.StopAsync();
        await client.AssertClosedAsync(4200);
        await late.SendAsync(RawClient.Upgrade + "\r\n");

        (await late.ReadReplyAsync()).AssertRefusal(503, "draining", isPassing: true);
        await client.SendCloseAsync(4200);
        await stopping;
    }

    private static byte[] Masked(string text) =>
        [0x81, (byte)(0x80 | text.Length), 0, 0, 0, 0, .. System.Text.Encoding.ASCII.GetBytes(text)];
}
