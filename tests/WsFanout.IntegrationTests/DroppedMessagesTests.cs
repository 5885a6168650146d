using WsFanout.IntegrationTests.Support;
using WsFanout.Nats;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>What a stream drops before it was read, by every rule it has: announced to the exact number to every client, and nothing else is.</summary>
[Collection(HeavyTests.Name)]
public sealed class DroppedMessagesTests
{
    public static TheoryData<string> Binaries => [.. NatsServerProcess.Binaries];

    [Theory]
    [MemberData(nameof(Binaries))]
    public async Task A_purge_of_all_of_all_but_some_and_by_subject_and_single_deletes_are_told_to_the_number_also_at_the_stream_s_end(string binary)
    {
        // At the same time, since most of it is pauses: where all is purged, nothing shows what the other drops would have done.
        await Task.WhenAll(
            DeleteTheLastAsync(binary),
            DropAsync(binary, (broker, _) => broker.Js.PurgeStreamAsync(Broker.Stream)),
            DropAsync(binary, async (broker, more) =>
            {
                await broker.Js.PurgeStreamAsync(Broker.Stream, new PurgeRequest { Keep = 5 });
                await more();
                await broker.Js.PurgeStreamAsync(Broker.Stream, new PurgeRequest { Filter = Broker.Prefix + "SYM3.trade" });
                var last = (await broker.Js.GetStreamAsync(Broker.Stream)).State.LastSeq;
                await more();
                await broker.Js.DeleteMessageAsync(Broker.Stream, last + 20);
            }));
    }

    [Fact]
    public async Task A_stream_that_keeps_less_than_what_comes_in_a_burst_has_each_hole_told_and_goes_on()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        await using var server = await TestServer.StartAsync(
            nats, ("JS_STREAM_MAX_MSGS", "1000"), ("JS_STREAM_MAX_AGE", "10m"), ("WS_MAX_NATS_RATE", "2000"), ("WS_SEND_QUEUE_SIZE", "100000"), ("WS_SEND_QUEUE_BYTES", "64MB"));
        await using var client = await RecordingClient.ConnectAsync(server.BaseAddress, ">");

        for (var i = 1; i <= 20_000; i++)
        {
            await broker.PublishBlindlyAsync("a", "1"u8.ToArray());
            if (i % 1000 == 0) await broker.Js.GetStreamAsync(Broker.Stream);
        }

        var last = (await broker.Js.PublishAsync(Broker.Prefix + "a", "2"u8.ToArray(), timeout: TimeSpan.FromSeconds(10))).Seq;
        await Wait.UntilAsync(() => client.LastSequence == last, $"the last message, {last}, should come", TimeSpan.FromSeconds(60));

        Assert.Equal(20_001, last);
        Assert.Empty(new DeliveryChecker([.. Enumerable.Range(1, (int)last).Select(sequence => new StreamMessage(sequence, "a"))]).Check(client.Frames(), _ => true, 0, last));
        var received = client.Frames().Count(frame => frame["type"]!.GetValue<string>() == "message");
        Assert.True(client.Missed > 1000, $"{client.Missed} were dropped unread: the test would prove little");
        Assert.Equal(last, received + client.Missed);
        Assert.Equal(client.Missed, await server.MetricAsync("ws_stream_missing_messages_total"));
    }

    private static async Task DropAsync(string binary, Func<Broker, Func<Task>, Task> drop)
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Binary = binary });
        await using var broker = await Broker.ConnectAsync(nats);
        await using var run = await FaultRun.StartAsync([nats.Url], clients: 6, perSecond: 200, [("WS_TEST_PAUSE", "true"), ("JS_PULL_BATCH", "16"), .. FaultRun.LongStream]);
        await run.FlowAsync(50);
        var epoch = (await broker.Js.GetStreamAsync(Broker.Stream)).Created;

        // While everything has been read, nobody misses anything.
        await broker.Js.PurgeStreamAsync(Broker.Stream, new PurgeRequest { Keep = 5 });
        await run.FlowAsync(50);

        await PauseAsync(run.Server, "2s");
        await StoreMoreAsync();
        await drop(broker, StoreMoreAsync);
        await run.FlowAsync(50);
        var missing = await run.FinishAsync();

        Assert.True(missing.Count > 50, $"{missing.Count} were dropped unread");
        Assert.Equal(epoch, (await broker.Js.GetStreamAsync(Broker.Stream)).Created);
        Assert.All(run.Clients, client => Assert.DoesNotContain(client.Frames(), frame => frame["type"]!.GetValue<string>() == "reset"));

        async Task StoreMoreAsync()
        {
            var before = run.Publisher.Count;
            await Wait.UntilAsync(() => run.Publisher.Count >= before + 80, "messages should be stored during the pause");
        }
    }

    /// <summary>Deleted unread with nothing behind them that could show it by its number: told all the same.</summary>
    private static async Task DeleteTheLastAsync(string binary)
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Binary = binary });
        await using var broker = await Broker.ConnectAsync(nats);
        await using var server = await TestServer.StartAsync(nats, [("WS_TEST_PAUSE", "true"), ("JS_PULL_BATCH", "10"), .. FaultRun.LongStream]);
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");
        await PauseAsync(server, "2s");
        for (var i = 1; i <= 40; i++) await broker.Js.PublishAsync(Broker.Prefix + "a", "1"u8.ToArray());
        foreach (var gone in new[] { 38, 39, 40 }) await broker.Js.DeleteMessageAsync(Broker.Stream, gone);

        await client.WaitForMessagesAsync(37, TimeSpan.FromSeconds(40));
        await Wait.UntilAsync(() => client.OfType("gap").Count > 0, "the end should be told as a gap", TimeSpan.FromSeconds(20));

        var gap = Assert.Single(client.OfType("gap"));
        Assert.Equal((38L, 40L, "upstream"), (gap["from"]!.GetValue<long>(), gap["to"]!.GetValue<long>(), gap["reason"]!.GetValue<string>()));
        Assert.Equal(0, await server.MetricAsync("ws_stream_lag_messages"));
    }

    private static async Task PauseAsync(TestServer server, string time)
    {
        using var answer = await server.Http.PostAsync(new Uri($"__pause?for={time}", UriKind.Relative), null);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
