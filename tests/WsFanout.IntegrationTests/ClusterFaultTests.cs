using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Three brokers, of which some die or give up their lead, under load.</summary>
[Collection(HeavyTests.Name)]
public sealed class ClusterFaultTests
{
    private static readonly (string Name, string Value)[] Replicated = [("JS_STREAM_REPLICAS", "3"), .. FaultRun.LongStream];

    public static TheoryData<string> Binaries => [.. NatsServerProcess.Binaries];

    [Theory]
    [MemberData(nameof(Binaries))]
    public async Task Leaders_that_step_down_and_a_majority_that_dies_and_comes_back_cost_no_message(string binary)
    {
        await using var cluster = await BrokerCluster.StartAsync(binary);
        await using var run = await FaultRun.StartAsync(cluster.Urls, clients: 12, perSecond: 100, Replicated);
        await run.FlowAsync(100);

        for (var i = 0; i < 2; i++)
        {
            await cluster.AskAsync($"STREAM.LEADER.STEPDOWN.{Broker.Stream}");
            await run.FlowAsync(50);
        }

        await Task.WhenAll(cluster.Nodes.Take(2).Select(node => node.KillAsync()));
        await run.UntilLoggedAsync("Not attached");
        foreach (var node in cluster.Nodes.Take(2)) await node.RestartAsync();
        await run.FlowAsync(100);

        Assert.Empty(await run.FinishAsync());
    }
}
