using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Life signs in both directions: pings and what counts as an answer, positions.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class LivenessTests
{
    private static readonly (string, string)[] Quick = [("WS_PING_INTERVAL", "1s"), ("WS_PONG_TIMEOUT", "1s")];

    [Fact]
    public async Task A_client_that_answers_no_ping_is_told_and_closed_and_one_that_answers_lives()
    {
        await using var server = await TestServer.StartAsync(Quick);
        await using var healthy = await server.ConnectAsync("?channels=a");
        using var silent = await RawClient.ConnectAsync(server);

        var frames = await silent.ReadToEndAsync();
        await server.PublishAsync("a", "1");
        await healthy.WaitForMessagesAsync(1);

        Assert.Contains(frames, frame => frame.Opcode == RawFrame.Ping);
        Assert.Equal("bye", frames[^2].Type);
        Assert.Equal(4102, frames[^2].Json["code"]!.GetValue<int>());
        Assert.Equal(4102, frames[^1].CloseCode);
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_connections_current") == 1, "the place should be given back though it never closes");
        Assert.Equal(1, await server.MetricAsync("ws_disconnects_total{reason=\"no_life_sign\"}"));
    }

    [Theory]
    [InlineData("pong")]
    [InlineData("ping")]
    [InlineData("text")]
    [InlineData("fragments")]
    public async Task Any_frame_is_a_life_sign(string kind)
    {
        await using var server = await TestServer.StartAsync(Quick);
        using var client = await RawClient.ConnectAsync(server);

        for (var pings = 0; pings < 4;)
        {
            var frame = await client.ReadAsync();
            Assert.True(frame is not null && frame.Opcode != RawFrame.Close, $"a client that answers with {kind} should live; it got {frame}");
            if (frame.Opcode != RawFrame.Ping) continue;
            pings++;
            await AnswerAsync(client, kind, pings);
        }
    }

    [Fact]
    public async Task Positions_come_to_who_gets_nothing_else_and_rise_with_the_stream()
    {
        await using var server = await TestServer.StartAsync(Quick);
        await using var client = await server.ConnectAsync("?channels=quiet");
        await client.WaitForAsync("position");

        var sequence = await server.PublishAsync("loud", "1");
        var before = client.OfType("position").Count;
        await client.WaitForAsync("position", before + 2);

        Assert.Equal(0, client.OfType("position")[0]["seq"]!.GetValue<long>());
        Assert.Equal(sequence, client.OfType("position")[^1]["seq"]!.GetValue<long>());
        Assert.True(client.OfType("position")[^1]["ts"]!.GetValue<long>() > 0);
        Assert.Empty(client.Messages);
    }

    [Fact]
    public async Task Who_gets_messages_all_the_time_gets_no_positions()
    {
        await using var server = await TestServer.StartAsync(Quick);
        await using var client = await server.ConnectAsync("?channels=a");
        await using var quiet = await server.ConnectAsync("?channels=b");
        await client.WaitForAsync("subscription_ack");

        while (quiet.OfType("position").Count < 2) await server.PublishAsync("a", "1");

        Assert.Empty(client.OfType("position"));
    }

    private static async Task AnswerAsync(RawClient client, string kind, int round)
    {
        switch (kind)
        {
            case "pong":
                await client.SendFrameAsync(RawFrame.Pong, []);
                break;
            case "ping":
                await client.SendFrameAsync(RawFrame.Ping, []);
                break;
            case "text":
                await client.SendTextAsync("""{"type":"heartbeat"}""");
                break;
            default:
                await client.SendFrameAsync(round == 1 ? RawFrame.Text : RawFrame.Continuation, " "u8.ToArray(), flags: 0);
                break;
        }
    }
}
