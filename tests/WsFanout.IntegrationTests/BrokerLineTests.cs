using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The line between server and broker breaks in all ways that a line can, under load. Two servers at the same time: nearly all of it is waiting.</summary>
[Collection(HeavyTests.Name)]
public sealed class BrokerLineTests
{
    public static TheoryData<string> Binaries => [.. NatsServerProcess.Binaries];

    [Theory]
    [MemberData(nameof(Binaries))]
    public Task Whatever_a_line_does_no_client_loses_anything_in_silence(string binary) => Task.WhenAll(
        A_line_that_splits_delays_throttles_freezes_swallows_and_resets_costs_no_message(binary),
        A_broker_that_stands_still_for_longer_than_its_stream_keeps_delivers_nothing_twice_and_every_hole_is_told(binary));

    private static async Task A_line_that_splits_delays_throttles_freezes_swallows_and_resets_costs_no_message(string binary)
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Binary = binary });
        using var proxy = new FaultProxy(nats.Port);
        await using var run = await FaultRun.StartAsync(
            [nats.Url], clients: 20, perSecond: 100, [("NATS_URL", proxy.Url.ToString()), ("JS_HEARTBEAT", "300ms"), ("JS_PULL_EXPIRES", "1s"), .. FaultRun.LongStream]);

        proxy.IsSplitting = true;
        await run.FlowAsync(100);
        proxy.IsSplitting = false;

        proxy.Delay = TimeSpan.FromMilliseconds(300);
        await run.FlowAsync(100);
        proxy.Delay = TimeSpan.Zero;

        proxy.BytesPerSecond = 64_000;
        await run.FlowAsync(100);
        proxy.BytesPerSecond = 0;

        // The broker hears the server, and the server nothing: heartbeats are missed.
        proxy.IsFrozen = true;
        await run.UntilLoggedAsync("no message and no heartbeat");
        proxy.IsFrozen = false;
        await run.FlowAsync(100);

        proxy.IsBlackhole = true;
        await run.UntilLoggedAsync("no message and no heartbeat", times: 2);
        proxy.IsBlackhole = false;
        await run.FlowAsync(100);

        proxy.Reset();
        await run.FlowAsync(100);

        Assert.Empty(await run.FinishAsync());
    }

    private static async Task A_broker_that_stands_still_for_longer_than_its_stream_keeps_delivers_nothing_twice_and_every_hole_is_told(string binary)
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Binary = binary });
        await using var run = await FaultRun.StartAsync(
            [nats.Url], clients: 12, perSecond: 100, ("JS_HEARTBEAT", "300ms"), ("JS_PULL_EXPIRES", "1s"), ("JS_STREAM_MAX_AGE", "2s"));
        await run.FlowAsync(100);

        nats.Stop();
        await run.UntilLoggedAsync("no message and no heartbeat");
        await Task.Delay(TimeSpan.FromSeconds(3));
        nats.Continue();

        await run.FlowAsync(100);
        await run.FinishAsync();
    }
}
