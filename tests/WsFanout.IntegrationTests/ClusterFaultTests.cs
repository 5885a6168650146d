using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Three brokers, of which some die or give up their lead. Two clusters at the same time: nearly all of it is waiting.</summary>
[Collection(HeavyTests.Name)]
public sealed class ClusterFaultTests
{
    private static readonly (string Name, string Value)[] Replicated = [("JS_STREAM_REPLICAS", "3"), .. FaultRun.LongStream];

    public static TheoryData<string> Binaries => [.. NatsServerProcess.Binaries];

    [Theory]
    [MemberData(nameof(Binaries))]
    public Task Whatever_dies_in_a_cluster_is_survived_or_told(string binary) => Task.WhenAll(
        Leaders_that_step_down_and_a_majority_that_dies_and_comes_back_cost_no_message(binary),
        A_memory_stream_that_comes_back_empty_under_the_same_date_is_another_stream(binary));

    private static async Task Leaders_that_step_down_and_a_majority_that_dies_and_comes_back_cost_no_message(string binary)
    {
        await using var cluster = await BrokerCluster.StartAsync(binary);
        await using var run = await FaultRun.StartAsync(cluster.Urls, clients: 12, perSecond: 100, Replicated);
        await run.FlowAsync(100);

        for (var i = 0; i < 2; i++)
        {
            await cluster.AskAsync($"STREAM.LEADER.STEPDOWN.{Broker.Stream}");
            await run.FlowAsync(50);
        }

        var majority = cluster.MajorityWith(run.Server);
        await Task.WhenAll(majority.Select(node => node.KillAsync()));
        await run.UntilLoggedAsync("Not attached");
        await Task.WhenAll(majority.Select(node => node.RestartAsync()));
        await run.FlowAsync(100);

        Assert.Empty(await run.FinishAsync());
    }

    private static async Task A_memory_stream_that_comes_back_empty_under_the_same_date_is_another_stream(string binary)
    {
        await using var cluster = await BrokerCluster.StartAsync(binary);
        await using var server = await TestServer.StartAsync(
            ("NATS_URL", string.Join(',', cluster.Urls.Select(one => one.ToString().TrimEnd('/')))), ("JS_STREAM_REPLICAS", "3"), ("JS_STREAM_STORAGE", "memory"), ("JS_STREAM_MAX_AGE", "10m"));
        await Wait.UntilAsync(server.IsReadyAsync, "the server should be ready", TimeSpan.FromSeconds(30));
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");
        for (var i = 0; i < 5; i++) await server.PublishAsync("a", "1");
        await client.WaitForMessagesAsync(5);
        var created = (await cluster.AskAsync($"STREAM.INFO.{Broker.Stream}"))["created"]!.GetValue<string>();

        await Task.WhenAll(cluster.Nodes.Select(node => node.KillAsync()));
        await Task.WhenAll(cluster.Nodes.Select(node => node.RestartAsync()));
        await Wait.UntilAsync(() => client.OfType("reset").Count > 0, "clients should be told", TimeSpan.FromSeconds(60));
        await Wait.UntilAsync(server.IsAttachedAsync, "it should be attached", TimeSpan.FromSeconds(30));
        await server.PublishAsync("a", "2");
        await client.WaitForMessagesAsync(6);

        var reset = Assert.Single(client.OfType("reset"));
        Assert.Equal(created, (await cluster.AskAsync($"STREAM.INFO.{Broker.Stream}"))["created"]!.GetValue<string>());
        Assert.Equal((0, client.OfType("welcome")[0]["epoch"]!.GetValue<string>()), (reset["seq"]!.GetValue<int>(), reset["epoch"]!.GetValue<string>()));
        Assert.Equal((1, 0), (client.Messages[5]["seq"]!.GetValue<int>(), client.Messages[5]["prev"]!.GetValue<int>()));
    }
}
