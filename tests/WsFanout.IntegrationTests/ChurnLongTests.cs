using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The long forms of <see cref="ChurnTests"/>, long enough for anything that each client left to be seen in the memory.</summary>
[Collection(HeavyTests.Name)]
public sealed class ChurnLongTests
{
    private const int Clients = 100_000;
    private const int Subscriptions = 50_000;

    /// <summary>Most bytes of the heap once it was collected: a record of 60 bytes left by each client would be more.</summary>
    private const double MostHeap = 8_000_000;

    [LongFact]
    public Task A_hundred_thousand_clients_that_come_and_go_leave_nothing() => ConnectAsync("direct");

    [LongFact]
    public Task A_hundred_thousand_clients_that_come_and_go_leave_nothing_on_the_stream_way() => ConnectAsync("stream");

    [LongFact]
    public async Task Fifty_thousand_subscriptions_of_one_client_leave_nothing()
    {
        await using var server = await AbusedServer.StartAsync(("WS_TRANSPORT", "direct"));
        await Churn.SubscribeAsync(server, Subscriptions);
        await server.AssertNothingIsLeftAsync();
    }

    private static async Task ConnectAsync(string way)
    {
        // Channels are remembered for patterns, so many and no more; every client here has one of its own.
        await using var server = await AbusedServer.StartAsync(("WS_TRANSPORT", way), ("WS_MAX_CHANNELS_HELD", "1000"));

        await Churn.ConnectAsync(server, Clients);

        await server.AssertNothingIsLeftAsync();
        var heap = 0.0;
        await Wait.UntilAsync(
            async () => (heap = await server.MetricAsync("ws_memory_heap_bytes")) <= MostHeap,
            () => $"the heap should be collected to {MostHeap} bytes after the crowd, it is {heap}",
            TimeSpan.FromSeconds(60));
    }
}
