using System.Net.Sockets;
using System.Text;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The first and the last that a connection hears: <c>welcome</c> before anything, and an end that is no reset.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class LastWordTests
{
    [Fact]
    public async Task Who_ends_its_own_side_behind_a_request_is_not_reset()
    {
        await using var server = await TestServer.StartAsync();
        var resets = 0;
        for (var i = 0; i < 100; i++)
        {
            using var client = await RawClient.OpenAsync(server);
            await client.SendAsync("POST /publish/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\n\r\n1");
            if (i % 2 == 1) await Task.Yield();
            client.EndSending();
            try
            {
                await client.ReadRestAsync();
            }
            catch (SocketException)
            {
                resets++;
            }
        }

        Assert.Equal(0, resets);
    }

    [Fact]
    public async Task Who_breaks_the_framing_and_reads_nothing_gets_the_frame_that_has_begun_and_then_the_close()
    {
        const int published = 40;
        const int tinyBuffer = 4096;
        await using var server = await TestServer.StartAsync(("WS_SEND_QUEUE_BYTES", "64MB"));
        await using var healthy = await server.ConnectAsync("?channels=a");
        using var stuck = await RawClient.ConnectAsync(server, "?channels=a", tinyBuffer);
        await stuck.ReadAsync("subscription_ack");
        for (var i = 0; i < published; i++) await server.PublishAsync("a", new string('7', 40_000));
        await healthy.WaitForMessagesAsync(published);

        await stuck.SendFrameAsync(RawFrame.Text, [], flags: 12);

        // A moment for the server to see it: somebody else's message goes through meanwhile.
        await server.PublishAsync("a", "1");
        await healthy.WaitForMessagesAsync(published + 1);
        var frames = await stuck.ReadToEndAsync();
        Assert.Equal(1002, frames[^1].CloseCode);
        var sequences = frames.SkipLast(1).Select(frame => frame.Json["seq"]!.GetValue<int>()).ToList();
        Assert.Equal(Enumerable.Range(1, sequences.Count), sequences);
        Assert.InRange(sequences.Count, 1, published - 1);
        await Wait.UntilAsync(
            async () => await server.MetricAsync("ws_messages_dropped_total{reason=\"disconnected\"}") >= published - sequences.Count, "what was dropped should be counted");
        Assert.Equal(published + 1 + sequences.Count, await server.MetricAsync("ws_messages_sent_total"));
    }

    [Fact]
    public async Task Welcome_is_the_first_frame_also_of_a_client_that_is_closed_for_what_it_sent_with_its_handshake()
    {
        await using var server = await TestServer.StartAsync();
        using var client = await RawClient.OpenAsync(server);
        var glued = Enumerable.Repeat(ClientFrame.Text("nonsense").ToBytes(), 60).SelectMany(bytes => bytes);

        await client.SendAsync((byte[])[.. Encoding.ASCII.GetBytes(RawClient.Upgrade + "\r\n"), .. glued]);

        Assert.Equal(101, (await client.ReadReplyAsync()).Status);
        Assert.Equal("welcome", (await client.ReadAsync())?.Type);
        var frames = await client.ReadToEndAsync();
        Assert.Equal(4502, frames[^1].CloseCode);
    }
}
