using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The long forms of <see cref="ChurnTests"/>, long enough for anything that each client left to be seen in the memory.</summary>
[Collection(HeavyTests.Name)]
public sealed class ChurnLongTests
{
    private const int Clients = 100_000;
    private const int Subscriptions = 50_000;

    /// <summary>A heap that is not collected to the last byte differs by so much. 100,000 records of 40 bytes would be more.</summary>
    private const double Slack = 4_000_000;

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
        await using var server = await AbusedServer.StartAsync(("WS_TRANSPORT", way));
        await Churn.ConnectAsync(server, 2_000);
        var before = await SmallestHeapAsync(server, double.MaxValue);

        await Churn.ConnectAsync(server, Clients);

        await server.AssertNothingIsLeftAsync();
        var after = await SmallestHeapAsync(server, before + Slack);
        Assert.True(after <= before + Slack, $"the heap was {before:0} bytes, it is {after:0}");
    }

    /// <summary>The heap falls when the server collects after a crowd.</summary>
    /// <param name="enough">A heap as small as that is taken at once.</param>
    private static async Task<double> SmallestHeapAsync(AbusedServer server, double enough)
    {
        var smallest = double.MaxValue;
        var last = double.MaxValue;
        await Wait.UntilAsync(
            async () =>
            {
                var now = await server.MetricAsync("memory_heap_bytes");
                var fell = now < last;
                last = now;
                smallest = Math.Min(smallest, now);
                return smallest <= enough && fell;
            },
            () => $"the heap should be collected to {enough:0} bytes; it was {smallest:0} at best",
            TimeSpan.FromSeconds(60));
        return smallest;
    }
}
