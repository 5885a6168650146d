using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>
/// Many clients that read, and among them a program that is halted, a client that reads a kilobyte a second, and one that reads nothing for a
/// while and then all of it: what meets slow clients meets those that are slow, and nobody else loses anything.
/// </summary>
internal static class SlowAmongMany
{
    private const int PayloadBytes = 10_000;

    /// <summary>Messages at a time: less than a queue holds, for the one that reads in bursts.</summary>
    private const int Burst = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Until the queues of the two that are too slow are full.</summary>
    public static async Task ByBytesAsync(string way, int clients)
    {
        await using var server = await TestServer.StartAsync(("WS_TRANSPORT", way), ("WS_SLOW_CLIENT_POLICY", "disconnect"), ("WS_SLOW_CLIENT_TIMEOUT", "60s"));
        await RunAsync(server, clients, slow: 2);

        Assert.True(await server.MetricAsync("ws_messages_dropped_total{reason=\"slow\"}") > 0, "full queues should have ended them");
    }

    /// <summary>Queues that are never full: only who takes no byte at all is closed.</summary>
    public static async Task ByTimeAsync(string way, int clients)
    {
        await using var server = await TestServer.StartAsync(
            ("WS_TRANSPORT", way), ("WS_SLOW_CLIENT_POLICY", "disconnect"), ("WS_SLOW_CLIENT_TIMEOUT", "6s"), ("WS_SEND_QUEUE_BYTES", "1GB"), ("WS_SEND_QUEUE_SIZE", "1000000"));
        await RunAsync(server, clients, slow: 1);
    }

    /// <summary>Full queues whose oldest leave: who reads too slowly is told what it lost and stays, who takes nothing is closed.</summary>
    public static async Task ByGapAsync(string way, int clients)
    {
        await using var server = await TestServer.StartAsync(("WS_TRANSPORT", way), ("WS_SLOW_CLIENT_TIMEOUT", "6s"));
        await RunAsync(server, clients, slow: 1, mayEnd: async () => await server.MetricAsync("ws_gaps_total{reason=\"slow\"}") > 1);

        Assert.True(await server.MetricAsync("ws_messages_dropped_total{reason=\"slow\"}") > 0, "what left the full queues should be counted");
    }

    private static async Task RunAsync(TestServer server, int clients, int slow, Func<Task<bool>>? mayEnd = null)
    {
        var guests = new List<Guest>();
        foreach (var some in Enumerable.Range(0, clients).Chunk(50)) guests.AddRange(await Task.WhenAll(some.Select(_ => Guest.ConnectAsync(server.BaseAddress))));
        using var folder = new EmptyFolder();
        using var halted = ServerProgram.Start(folder.Path, ["tail", "a", "--url", server.WebSocketAddress.ToString()]);
        await using var trickling = await TricklingClient.ConnectAsync(server.BaseAddress, "a");
        using var bursting = await RawClient.ConnectAsync(server, "?channels=a");
        await bursting.ReadAsync("subscription_ack");
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_subscriptions_current") == clients + 3, "all should have subscribed");
        await halted.HaltAsync();

        var payload = new string('7', PayloadBytes);
        var published = 0;
        await Wait.UntilAsync(
            async () =>
            {
                for (var i = 0; i < Burst; i++) await server.PublishAsync("a", payload);
                published += Burst;
                await Wait.UntilAsync(() => guests.TrueForAll(guest => guest.MessageCount == published), "everybody who reads should have it");
                for (var i = 0; i < Burst; i++) await bursting.ReadAsync("message");
                return await server.MetricAsync("ws_connections_current") == clients + 3 - slow && (mayEnd is null || await mayEnd());
            },
            "who is too slow should be closed",
            Patience);

        Assert.Equal(slow, await server.MetricAsync("ws_disconnects_total{reason=\"slow_client\"}"));
        foreach (var guest in guests)
        {
            await guest.DisposeAsync();
            Assert.Null(guest.Bye);
            Assert.Equal(Enumerable.Range(1, published).Select(number => (long)number), guest.Sequences);
        }
    }
}
