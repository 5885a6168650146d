using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>A broker whose network is gone in each of the ways that a network goes: it is missed by its silence, and nothing is lost or hammered at.</summary>
[Collection(HeavyTests.Name)]
public sealed class PartitionTests
{
    // At the same time: nearly all of it is waiting.
    [FactInNetworkNamespace]
    public Task A_broker_behind_a_network_that_swallows_refuses_or_is_unplugged_costs_no_message() => Task.WhenAll(
        RunAsync(network => network.Swallow()), RunAsync(network => network.Refuse()), RunAsync(network => network.Unplug()));

    private static async Task RunAsync(Action<NetworkNamespace> fail)
    {
        using var network = NetworkNamespace.Create();
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Entrance = network.Entrance, Address = network.ServerAddress });
        await using var run = await FaultRun.StartAsync([nats.Url], clients: 6, perSecond: 100, [("JS_HEARTBEAT", "300ms"), ("JS_PULL_EXPIRES", "1s"), .. FaultRun.LongStream]);
        await run.FlowAsync(50);

        fail(network);
        await run.UntilLoggedAsync("Not attached");
        await Task.Delay(TimeSpan.FromSeconds(2));
        network.Heal();
        await run.FlowAsync(50);

        Assert.InRange(await run.Server.MetricAsync("ws_nats_reconnects_total"), 0, 3);
        Assert.Empty(await run.FinishAsync());
    }
}
