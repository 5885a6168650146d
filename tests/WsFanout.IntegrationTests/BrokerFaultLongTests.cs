using System.Text.Json.Nodes;
using WsFanout.Intake;
using WsFanout.IntegrationTests.Support;
using WsFanout.Messages;
using WsFanout.Nats;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The faults of a broker at full length and load.</summary>
[Collection(HeavyTests.Name)]
public sealed class BrokerFaultLongTests
{
    private static readonly (string Name, string Value)[] Short = [("JS_STREAM_MAX_AGE", "30s"), ("JS_STREAM_MAX_MSGS", "1000000"), ("JS_STREAM_MAX_BYTES", "500MB")];

    [LongFact]
    public async Task A_broker_killed_three_times_for_five_seconds_under_full_load_costs_no_message()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var run = await FaultRun.StartAsync([nats.Url], clients: 200, perSecond: 500, FaultRun.LongStream);

        for (var kill = 0; kill < 3; kill++)
        {
            await run.FlowAsync(1000);
            await nats.KillAsync();
            await Task.Delay(TimeSpan.FromSeconds(5));
            await nats.RestartAsync();
        }

        await run.FlowAsync(1000);
        Assert.Empty(await run.FinishAsync());
    }

    [LongFact]
    public async Task A_broker_that_stands_still_for_longer_than_its_stream_keeps_delivers_nothing_twice_and_every_hole_is_told()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var run = await FaultRun.StartAsync([nats.Url], clients: 40, perSecond: 200, Short);
        await run.FlowAsync(500);

        nats.Stop();
        await run.UntilLoggedAsync("no message and no heartbeat");
        await Task.Delay(TimeSpan.FromSeconds(40));
        nats.Continue();

        await run.FlowAsync(500);
        await run.FinishAsync();
    }

    [LongFact]
    public async Task A_consumer_deleted_every_two_seconds_for_half_a_minute_costs_no_message()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        await using var run = await FaultRun.StartAsync([nats.Url], clients: 40, perSecond: 200, FaultRun.LongStream);

        for (var i = 0; i < 15; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(2));
            foreach (var consumer in await broker.ConsumersAsync()) await broker.Js.DeleteConsumerAsync(Broker.Stream, consumer);
            await run.FlowAsync(10);
        }

        Assert.Empty(await run.FinishAsync());
    }

    [LongFact]
    public async Task A_pause_of_ten_seconds_at_a_thousand_messages_a_second_costs_none_and_nothing_piles_up_for_it()
    {
        var monitor = FreePort.Next();
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = $"http: \"127.0.0.1:{monitor}\"" });
        await using var run = await FaultRun.StartAsync([nats.Url], clients: 20, perSecond: 1000, [("WS_TEST_PAUSE", "true"), ("WS_INSTANCE_ID", "sut"), .. Short]);
        await run.FlowAsync(2000);

        await PauseAsync(run, "10s");
        await run.FlowAsync(3000);
        var pending = await PendingBytesAsync(monitor);
        await Wait.UntilAsync(async () => await run.Server.MetricAsync("ws_governor_state{state=\"paused\"}") == 0, "the pause should end", TimeSpan.FromSeconds(60));

        Assert.InRange(pending, 0, 1 << 20);
        Assert.Empty(await run.FinishAsync());
        Assert.Equal(1, await run.Server.MetricAsync("ws_stream_consumers_created_total"));
    }

    [LongFact]
    public async Task A_pause_longer_than_the_stream_keeps_is_told_to_the_number_by_one_gap()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var run = await FaultRun.StartAsync([nats.Url], clients: 20, perSecond: 300, [("WS_TEST_PAUSE", "true"), .. Short]);
        await run.FlowAsync(500);

        await PauseAsync(run, "45s");
        await Wait.UntilAsync(async () => await run.Server.MetricAsync("ws_stream_lost_messages") > 0, "the stream should drop unread messages", TimeSpan.FromSeconds(60));
        await Wait.UntilAsync(async () => await run.Server.MetricAsync("ws_governor_state{state=\"paused\"}") == 0, "the pause should end", TimeSpan.FromSeconds(60));
        await run.FlowAsync(500);

        Assert.True((await run.FinishAsync()).Count > 1000);
        Assert.All(run.Clients, client => Assert.Single(client.Frames(), frame => frame["type"]!.GetValue<string>() == "gap"));
    }

    [LongFact]
    public async Task A_broker_that_falls_silent_while_the_replay_window_is_read_makes_it_begin_from_scratch()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        await broker.Js.CreateStreamAsync(new StreamConfig { Name = Broker.Stream, Subjects = [Broker.Prefix + ">"] });
        for (var i = 0; i < 300; i++) await broker.Js.PublishAsync(Broker.Prefix + "a", "1"u8.ToArray());
        using var proxy = new FaultProxy(nats.Port) { BytesPerSecond = 20_000 };
        await using var intake = new BareIntake(proxy.Url, new StreamOptions { ReplayMaxAge = TimeSpan.FromHours(1), PullBatch = 20 });
        await Wait.UntilAsync(() => intake.Ledger.RefilledTo >= 20, "a part of it should be read");

        proxy.IsFrozen = true;
        await Wait.UntilAsync(() => intake.State.Reason is not "refilling", "the silence should be noticed", TimeSpan.FromSeconds(60));
        Assert.False(intake.State.EverAttached);
        Assert.Equal(Position.None, intake.Ledger.Position);
        proxy.BytesPerSecond = 0;
        proxy.IsFrozen = false;
        await intake.UntilAttachedAsync();

        Assert.Equal(300, intake.Held("a").Count);
        Assert.Equal((0L, 300L), (intake.History.Floor, Assert.Single(intake.Dealt).Sequence));
    }

    [LongFact]
    public async Task A_stream_that_is_away_for_ten_seconds_is_no_place_for_newcomers_until_it_is_back()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats, FaultRun.LongStream);
        await nats.KillAsync();
        await Wait.UntilAsync(async () => !await server.IsAttachedAsync(), "the broker should be missed");
        Assert.True(await server.IsReadyAsync());

        await Wait.UntilAsync(
            async () => (await (await server.Http.GetAsync(new Uri("health/ready", UriKind.Relative))).Content.ReadAsStringAsync()).Contains("\"stream_away\"", StringComparison.Ordinal),
            "readiness should say that the stream is away", TimeSpan.FromSeconds(30));
        await nats.RestartAsync();

        await server.WaitUntilReadyAsync();
    }

    [LongFact]
    public async Task A_majority_of_a_cluster_that_is_away_for_half_a_minute_and_leaders_that_keep_stepping_down_cost_no_message()
    {
        await using var cluster = await BrokerCluster.StartAsync();
        await using var run = await FaultRun.StartAsync(cluster.Urls, clients: 20, perSecond: 100, [("JS_STREAM_REPLICAS", "3"), .. FaultRun.LongStream]);
        for (var i = 0; i < 10; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(3));
            await cluster.AskAsync($"STREAM.LEADER.STEPDOWN.{Broker.Stream}");
        }

        await run.FlowAsync(100);
        await Task.WhenAll(cluster.Nodes.Take(2).Select(node => node.KillAsync()));
        await Task.Delay(TimeSpan.FromSeconds(30));
        foreach (var node in cluster.Nodes.Take(2)) await node.RestartAsync();
        await run.FlowAsync(100);

        Assert.Empty(await run.FinishAsync());
    }

    private static async Task PauseAsync(FaultRun run, string time)
    {
        using var answer = await run.Server.Http.PostAsync(new Uri($"__pause?for={time}", UriKind.Relative), null);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Bytes that wait at the broker for the server under test.</summary>
    private static async Task<long> PendingBytesAsync(int monitor)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var connections = JsonNode.Parse(await http.GetStringAsync(new Uri($"http://127.0.0.1:{monitor}/connz")))!["connections"]!.AsArray();
        return connections.Single(one => one!["name"]?.GetValue<string>() == "sut")!["pending_bytes"]!.GetValue<long>();
    }
}
