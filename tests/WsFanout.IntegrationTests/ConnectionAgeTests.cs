using System.Diagnostics;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Clients that have been here long enough are asked to come back, one by one.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class ConnectionAgeTests
{
    private const int Clients = 60;
    private const int TinyBuffer = 4096;

    [Fact]
    public async Task Clients_that_came_together_are_sent_away_each_at_its_own_moment_and_the_server_goes_on()
    {
        await using var server = await TestServer.StartAsync(("WS_MAX_CONNECTION_AGE", "2s"));
        var cameAt = Stopwatch.GetTimestamp();
        var guests = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Guest.ConnectAsync(server.BaseAddress)));
        var published = 0;
        while (guests.Any(guest => guest.Bye is null))
        {
            await server.PublishAsync("a", $"{published++}");
            Assert.True(Stopwatch.GetElapsedTime(cameAt) < TimeSpan.FromSeconds(30), "all should be sent away");
        }

        await Task.WhenAll(guests.Select(guest => guest.WaitForEndAsync()));

        Assert.All(guests, guest => Assert.Equal((4201, "connection age"), (guest.Bye!["code"]!.GetValue<int>(), guest.Bye["reason"]!.GetValue<string>())));
        Assert.All(guests, guest => Assert.Equal((4201, 0), (guest.CloseCode, guest.FramesBehindBye)));
        Assert.All(guests, guest => Assert.InRange(guest.RetryMs, 0, 999));
        Assert.All(guests, guest => Assert.True(Stopwatch.GetElapsedTime(cameAt, guest.ByeAt) > TimeSpan.FromSeconds(1.8), "nobody should go before its time"));
        Assert.All(guests, guest => Assert.Equal(Enumerable.Range(1, guest.Sequences.Count).Select(number => guest.AckedAt + number), guest.Sequences));
        Assert.True(guests.Select(guest => guest.Position).Distinct().Count() > 1, "they should not go together");
        Assert.Equal(Clients, await server.MetricAsync("ws_disconnects_total{reason=\"connection_age\"}"));
        Assert.True(await server.IsReadyAsync());
        foreach (var guest in guests) await guest.DisposeAsync();
    }

    [Fact]
    public async Task Who_is_behind_gets_all_that_waits_before_it_is_sent_away()
    {
        await using var server = await TestServer.StartAsync(("WS_MAX_CONNECTION_AGE", "4s"), ("WS_SEND_QUEUE_BYTES", "64MB"), ("WS_SEND_QUEUE_SIZE", "100000"));
        using var behind = await RawClient.ConnectAsync(server, "?channels=a", TinyBuffer);
        await behind.ReadAsync("subscription_ack");
        for (var i = 0; i < 8; i++) await server.PublishAsync("a", new string('7', 500_000));

        // Its subscriptions are the first thing that it loses.
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_subscriptions_current") == 0, "its time should have come");
        Assert.Equal(1, await server.MetricAsync("ws_connections_current"));
        var frames = await behind.ReadToEndAsync();

        // On a very busy machine its time may come before the last of them is published.
        var sequences = frames.Where(frame => frame.Type == "message").Select(frame => frame.Json["seq"]!.GetValue<int>()).ToList();
        Assert.InRange(sequences.Count, 4, 8);
        Assert.Equal(Enumerable.Range(1, sequences.Count), sequences);
        Assert.Equal(("bye", 4201), (frames[^2].Type, frames[^1].CloseCode));
        await behind.SendCloseAsync(4201);
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_connections_current") == 0, "its place should be given back");
        Assert.Equal(0, await server.MetricAsync("ws_messages_dropped_total{reason=\"closed\"}"));
    }
}
