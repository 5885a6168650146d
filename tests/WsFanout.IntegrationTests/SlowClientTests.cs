using System.Globalization;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Clients that stop reading: only they feel it.</summary>
[Collection(HeavyTests.Name)]
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class SlowClientTests
{
    private const int TinyBuffer = 4096;

    [Theory]
    [InlineData(10_000)]
    [InlineData(100_000)]
    public async Task A_client_that_stops_reading_is_closed_as_slow_and_others_lose_nothing(int bytes)
    {
        await using var server = await TestServer.StartAsync(("WS_MAX_CONNECTIONS", "2"), ("WS_SLOW_CLIENT_POLICY", "disconnect"));
        await using var healthy = await server.ConnectAsync("?channels=a");
        using var stuck = await RawClient.ConnectAsync(server, "?channels=a", TinyBuffer);

        var published = await PublishUntilDroppedAsync(server, healthy, bytes);

        AssertWhole(healthy, published);
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_disconnects_total{reason=\"slow_client\"}") == 1, "it should be cut when it does not take its close frame either");
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_connections_current") == 1, "the place of the slow client should be given back");
        await using var next = await server.ConnectAsync("?channels=a");
        await next.WaitForAsync("subscription_ack");
    }

    [Fact]
    public async Task A_slow_client_that_reads_again_in_time_is_told_why_it_is_closed()
    {
        await using var server = await TestServer.StartAsync(("WS_SEND_QUEUE_SIZE", "16"), ("WS_SLOW_CLIENT_POLICY", "disconnect"));
        await using var healthy = await server.ConnectAsync("?channels=a");
        using var stuck = await RawClient.ConnectAsync(server, "?channels=a", TinyBuffer);
        await stuck.ReadAsync("subscription_ack");

        var published = await PublishUntilDroppedAsync(server, healthy, 20_000);

        var frames = await stuck.ReadToEndAsync();
        var sequences = frames.Where(frame => frame.Type == "message").Select(frame => frame.Json["seq"]!.GetValue<long>()).ToList();
        Assert.Equal(Enumerable.Range(1, sequences.Count).Select(number => (long)number), sequences);
        Assert.Equal("bye", frames[^2].Type);
        Assert.Equal(4101, frames[^2].Json["code"]!.GetValue<int>());
        Assert.InRange(frames[^2].Json["retry_ms"]!.GetValue<int>(), 0, 5_000);
        Assert.Equal(4101, frames[^1].CloseCode);
        AssertWhole(healthy, published);
    }

    [Fact]
    public async Task A_slow_client_that_reads_again_in_time_is_told_what_it_lost_and_goes_on()
    {
        await using var server = await TestServer.StartAsync(("WS_SEND_QUEUE_SIZE", "16"));
        await using var healthy = await server.ConnectAsync("?channels=a");
        using var stuck = await RawClient.ConnectAsync(server, "?channels=a", TinyBuffer);
        await stuck.ReadAsync("subscription_ack");

        var published = await PublishUntilDroppedAsync(server, healthy, 20_000);

        // Every number once, as a message or in a gap, without a stop.
        var next = 1L;
        var missing = 0L;
        while (next <= published)
        {
            var frame = (await stuck.ReadAsync())!;
            if (frame.Type == "message") Assert.Equal(next++, frame.Json["seq"]!.GetValue<long>());
            if (frame.Type != "gap") continue;
            Assert.Equal((next, "slow"), (frame.Json["from"]!.GetValue<long>(), frame.Json["reason"]!.GetValue<string>()));
            missing += frame.Json["to"]!.GetValue<long>() - next + 1;
            next = frame.Json["to"]!.GetValue<long>() + 1;
        }

        Assert.Equal(missing, await server.MetricAsync("ws_messages_dropped_total{reason=\"slow\"}"));
        Assert.Equal(0, await server.MetricAsync("ws_disconnects_total{reason=\"slow_client\"}"));
        AssertWhole(healthy, published);
    }

    [Fact]
    public async Task A_client_that_takes_no_byte_for_the_timeout_is_closed_however_little_waits()
    {
        await using var server = await TestServer.StartAsync(("WS_SLOW_CLIENT_TIMEOUT", "1s"), ("WS_SEND_QUEUE_BYTES", "64MB"), ("WS_SEND_QUEUE_SIZE", "100000"));
        using var stuck = await RawClient.ConnectAsync(server, "?channels=a", TinyBuffer);

        for (var i = 0; i < 12; i++) await server.PublishAsync("a", new string('7', 1_000_000));

        await Wait.UntilAsync(
            async () => await server.MetricAsync("ws_disconnects_total{reason=\"slow_client\"}") == 1, "it should be closed as slow");
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_connections_current") == 0, "its place should be given back");
    }

    [Fact]
    public async Task Messages_of_a_mebibyte_arrive_whole()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync("?channels=a");
        await client.WaitForAsync("subscription_ack");
        var payload = "\"" + new string('x', (1024 * 1024) - 2) + "\"";

        for (var i = 1; i <= 5; i++)
        {
            await server.PublishAsync("a", payload);
            await client.WaitForMessagesAsync(i);
        }

        Assert.All(client.Messages, message => Assert.Equal(payload.Length - 2, message["data"]!.GetValue<string>().Length));
        AssertWhole(client, 5);
    }

    [Theory]
    [InlineData(400, 3_000)]
    [InlineData(10_000, 200)]
    [InlineData(1_000_000, 8)]
    public async Task A_burst_is_no_reason_to_close_a_client_that_reads(int bytes, int messages)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");
        var payload = new string('7', bytes);

        await Parallel.ForEachAsync(
            Enumerable.Range(0, messages), new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (_, _) => await server.PublishAsync("a", payload));
        await Wait.UntilAsync(() => client.IsOver || client.Messages.Count == messages, string.Create(CultureInfo.InvariantCulture, $"{messages} messages should come"));

        Assert.Null(client.CloseCode);
        AssertWhole(client, messages);
    }

    /// <summary>Paced by the healthy client, so only the stuck one can overflow; ends once the kernel's buffers are full too.</summary>
    private static async Task<int> PublishUntilDroppedAsync(TestServer server, TestClient healthy, int bytes)
    {
        var published = 0;
        var payload = new string('7', bytes);
        while (await server.MetricAsync("ws_messages_dropped_total{reason=\"slow\"}") == 0)
        {
            Assert.True(published < 64_000_000 / bytes, "64 MB in flight to a client that reads nothing should be too many");
            for (var i = 0; i < 5; i++) await server.PublishAsync("a", payload);
            published += 5;
            await healthy.WaitForMessagesAsync(published);
        }

        return published;
    }

    private static void AssertWhole(TestClient client, int messages)
    {
        Assert.Equal(Enumerable.Range(1, messages).Select(number => (long)number), client.Messages.Select(message => message["seq"]!.GetValue<long>()));
        Assert.Empty(client.OfType("gap"));
    }
}
