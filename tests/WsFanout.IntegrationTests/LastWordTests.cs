using System.Net.Sockets;
using System.Text;
using WsFanout.IntegrationTests.Support;

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
