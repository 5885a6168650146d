using System.Globalization;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Clients that subscribe to everything and never read: they are let go, cost bounded memory meanwhile, and who reads loses nothing.</summary>
internal static class DeafCrowd
{
    /// <summary>The smallest that the kernel gives.</summary>
    private const int TinyBuffer = 2304;

    private const int PayloadBytes = 4_000;

    /// <summary>After a queue is full: <c>WS_SLOW_CLIENT_TIMEOUT</c> and what a close takes, and as much again for a machine that does something else.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="mostBytes">That the process and the kernel together may take for them.</param>
    public static async Task RunAsync(string way, int clients, double mostBytes)
    {
        await using var server = await AbusedServer.StartAsync(("WS_TRANSPORT", way), ("WS_MAX_CONNECTIONS", $"{clients + 1}"));
        using var healthy = await RawClient.ConnectAsync(server.Address, "?channels=%3E");
        await healthy.ReadAsync("subscription_ack");
        var published = 0;
        for (; published < 100; published++) await DeliverAsync(server, healthy);
        var deaf = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => RawClient.ConnectAsync(server.Address, "?channels=%3E", TinyBuffer)));
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_subscriptions_current") == clients + 1, "all should have subscribed");
        var before = await MemoryAsync(server);

        var most = 0.0;
        while (await server.MetricAsync("ws_messages_dropped_total{reason=\"slow\"}") == 0)
        {
            Assert.True(published++ < 5_000, "the queues of clients that read nothing should be full");
            await DeliverAsync(server, healthy);
            most = Math.Max(most, await MemoryAsync(server) - before);
        }

        await Wait.UntilAsync(
            async () =>
            {
                published++;
                await DeliverAsync(server, healthy);
                most = Math.Max(most, await MemoryAsync(server) - before);
                return await server.MetricAsync("ws_connections_current") == 1;
            },
            "all but the healthy one should be let go",
            Patience);

        Assert.Equal(clients, await server.MetricAsync("ws_disconnects_total{reason=\"slow_client\"}"));
        Assert.True(most < mostBytes, string.Create(CultureInfo.InvariantCulture, $"{most:0} bytes more than before {clients} clients that don't read"));
        foreach (var client in deaf) client.Dispose();
    }

    /// <summary>The healthy client gets each message, and no gap, before the next is published.</summary>
    private static async Task DeliverAsync(AbusedServer server, RawClient healthy)
    {
        var sequence = await server.PublishAsync("a", new string('7', PayloadBytes));
        while (await healthy.ReadAsync() is var frame)
        {
            Assert.NotNull(frame);
            Assert.False(frame.Opcode == RawFrame.Close || frame.Type == "gap", $"{frame} for who reads");
            if (frame.Type != "message") continue;
            Assert.Equal(sequence, frame.Json["seq"]!.GetValue<long>());
            return;
        }
    }

    private static async Task<double> MemoryAsync(AbusedServer server) => await server.ResidentBytesAsync() + KernelSocketMemory.Read();
}
