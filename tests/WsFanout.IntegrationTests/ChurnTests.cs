using WsFanout.IntegrationTests.Conformance;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>Coming and going, of clients and of subscriptions, without end: nothing piles up.</summary>
[Collection(HeavyTests.Name)]
public sealed class ChurnTests
{
    public static TheoryData<string> Ways => [.. EchoServers.Ways];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Clients_that_come_and_go_leave_nothing(string way)
    {
        await using var server = await AbusedServer.StartAsync(("WS_TRANSPORT", way));

        await Churn.ConnectAsync(server, 1_500);

        await server.AssertNothingIsLeftAsync();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_client_that_subscribes_and_unsubscribes_all_the_time_leaves_nothing(string way)
    {
        await using var server = await AbusedServer.StartAsync(("WS_TRANSPORT", way));

        await Churn.SubscribeAsync(server, 3_000);

        await server.AssertNothingIsLeftAsync();
    }
}
