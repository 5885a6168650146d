using System.Text.Json.Nodes;
using WsFanout.Hosting.Settings;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The server's wall clock is put forward and back while messages flow: nothing that it does may depend on what time it is.</summary>
public sealed class WallClockTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_wall_clock_put_forward_and_back_costs_no_client_a_message_its_connection_or_a_sane_figure()
    {
        var clock = new MovableWallClock();
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(
            SettingsContext.OfThisProcess(), clock, ("NATS_URL", nats.Url.ToString()), ("WS_PING_INTERVAL", "200ms"), ("WS_PONG_TIMEOUT", "5s"));
        await server.WaitUntilReadyAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        await using var client = await server.ConnectAsync();
        await client.SubscribeAsync(">");

        var sent = 0;
        foreach (var offset in new[] { TimeSpan.Zero, Hour, -Hour, 24 * Hour, -24 * Hour, TimeSpan.Zero })
        {
            clock.SetOffset(offset);
            for (var i = 0; i < 20; i++, sent++) await broker.Js.PublishAsync(Broker.Prefix + "a.b", "{}"u8.ToArray());
            await client.WaitForMessagesAsync(sent);
            await Wait.UntilAsync(async () => await server.MetricAsync("ws_stream_lag_messages") == 0, "everything should be read");
            await Wait.UntilAsync(async () => double.IsFinite(await server.MetricAsync("ws_stream_headroom_seconds")), "the stream should have been looked at");
            Assert.InRange(await server.MetricAsync("ws_stream_headroom_seconds"), 20, 30);
        }

        Assert.False(client.IsOver, $"the client was closed with {client.CloseCode}");
        Assert.Empty(client.OfType("gap"));
        Assert.Equal(sent, await server.MetricAsync("ws_delivery_seconds_count"));
        Assert.Equal(sent, await server.MetricAsync("ws_delivery_seconds_bucket{le=\"10\"}"));
        Assert.InRange(await server.MetricAsync("ws_delivery_seconds_sum"), 0, 10.0 * sent);
        Assert.Equal("normal", JsonNode.Parse(await server.Http.GetStringAsync(new Uri("health", UriKind.Relative)))!["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_built_in_stream_keeps_its_time_whatever_the_wall_clock_is_put_to()
    {
        var clock = new MovableWallClock();
        await using var server = await TestServer.StartAsync(SettingsContext.OfThisProcess(), clock);
        await server.WaitUntilReadyAsync();
        await using var client = await server.ConnectAsync();
        await client.SubscribeAsync(">");

        foreach (var offset in new[] { Hour, -Hour, 24 * Hour })
        {
            clock.SetOffset(offset);
            await server.PublishAsync("a.b", "1");
        }

        await client.WaitForMessagesAsync(3);
        var times = client.Messages.Select(message => message["ts"]!.GetValue<long>()).ToArray();
        Assert.Equal(times.Order(), times);
        Assert.InRange(times[^1] - times[0], 0, 60_000);
    }
}
