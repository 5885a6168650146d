using WsFanout.IntegrationTests.Conformance;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Clients that die anywhere between their first and their last byte: nothing of them is left, and nobody else notices.</summary>
[Collection(HeavyTests.Name)]
public sealed class TakeoverTests
{
    private const int Times = 60;
    private const int AtATime = 20;

    // A client that has gone has its place until the server knows.
    private const int Places = Times + 10;

    public static TheoryData<string> Ways => [.. EchoServers.Ways];

    public static TheoryData<string, string> Steps
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var way in EchoServers.Ways)
            {
                foreach (var step in TakeoverStep.All) cases.Add(way, step.Name);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_client_that_dies_at_any_step_leaves_no_descriptor_place_or_subscription(string way)
    {
        await using var server = await AbusedServer.StartAsync(("WS_TRANSPORT", way), ("WS_MAX_CONNECTIONS", $"{Places}"));

        foreach (var step in TakeoverStep.All)
        {
            foreach (var departure in Departure.Kinds)
            {
                await step.RunAsync(server.Address, departure, Times, AtATime);
                await server.AssertNothingIsLeftAsync();
            }
        }

        await server.AssertPlacesAsync(Places);
        await server.AssertNothingIsLeftAsync();
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Whoever_dies_is_counted_out_and_throws_nothing_that_nobody_catches(string way, string step)
    {
        using var unobserved = new UnobservedExceptions();
        await using var server = await TestServer.StartAsync(("WS_TRANSPORT", way));
        using var witness = await RawClient.ConnectAsync(server, "?channels=a");
        await witness.ReadAsync("subscription_ack");
        Assert.Equal(1, await server.MetricAsync("ws_connections_current"));
        var connections = server.ConnectionCount;

        foreach (var departure in Departure.Kinds) await TakeoverStep.All.Single(one => one.Name == step).RunAsync(server.BaseAddress, departure, Times / 2, AtATime);

        await Wait.UntilAsync(() => server.ClientCount == 1, "the witness alone should be left");
        await Wait.UntilAsync(() => server.ConnectionCount == connections, "its connection and the test's own should be left");
        var sequence = await server.PublishAsync("a", "1");
        Assert.Equal(sequence, (await witness.ReadAsync("message")).Json["seq"]!.GetValue<long>());
        Alarms.AssertNone(server);
        Assert.Empty(unobserved.Collect());
    }
}
