using WsFanout.Intake;
using WsFanout.IntegrationTests.Support;
using WsFanout.Messages;
using WsFanout.Nats;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>What a server that has just started knows of channels that have been silent for longer than the replay window: their newest message.</summary>
public sealed class SilentChannelsTests
{
    private static readonly string[] Channels = ["s.1", "s.2", "s.3", "a", "b"];

    public static TheoryData<string> Binaries => [.. NatsServerProcess.Binaries];

    [Theory]
    [MemberData(nameof(Binaries))]
    public async Task Their_newest_messages_are_held_beside_the_window_and_named_by_the_next(string binary)
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Binary = binary });
        await using var broker = await StoreAsync(nats);
        await using var intake = new BareIntake(nats.Url, await WindowFromAsync(broker, 7));
        await intake.UntilAttachedAsync();

        Assert.Equal([2L, 3, 6, 7, 8, 9], intake.Held(Channels).Select(message => message.Sequence));
        Assert.Equal(Channels.Order(), intake.History.Window.Channels.Select(channel => channel.Name).Order());
        Assert.Equal((6L, 9L), (intake.History.Floor, Assert.Single(intake.Dealt).Sequence));
        Assert.Empty(intake.History.Holes);
        Assert.Single(await broker.ConsumersAsync());
        foreach (var channel in new[] { "s.2", "s.2", "s.1", "a" }) await PublishAsync(broker, channel);
        await intake.UntilReadAsync(13);
        Assert.Equal([2L, 10, 3, 9], intake.Dealt.Skip(1).Select(Previous));
        Assert.Equal([6L, 7, 8, 9, 10, 11, 12, 13], intake.Held(Channels).Select(message => message.Sequence));
    }

    [Theory]
    [MemberData(nameof(Binaries))]
    public async Task Where_something_was_deleted_the_next_names_none_of_them(string binary)
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Binary = binary });
        await using var broker = await StoreAsync(nats);
        await broker.Js.DeleteMessageAsync(Broker.Stream, 3);
        await using var intake = new BareIntake(nats.Url, await WindowFromAsync(broker, 7));
        await intake.UntilAttachedAsync();

        // Of "s.1" some brokers then have nothing. Clients were given message 3: that the next one names 1 would look like a loss to them.
        Assert.Equal([2L, 6, 7, 8, 9], intake.Held(Channels).Select(message => message.Sequence).Where(sequence => sequence != 1));
        foreach (var channel in new[] { "s.1", "s.2", "a" }) await PublishAsync(broker, channel);
        await intake.UntilReadAsync(12);
        Assert.Equal([0L, 0, 9], intake.Dealt.Skip(1).Select(Previous));
    }

    [Theory]
    [MemberData(nameof(Binaries))]
    public async Task A_window_without_a_message_leaves_them_all(string binary)
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Binary = binary });
        await using var broker = await StoreAsync(nats);
        await PublishAsync(broker, "c");
        await broker.Js.DeleteMessageAsync(Broker.Stream, 10);

        await using var intake = new BareIntake(nats.Url, new StreamOptions { ReplayMaxAge = TimeSpan.FromMicroseconds(1) });
        await intake.UntilAttachedAsync();

        Assert.Equal([2L, 3, 6, 8, 9], intake.Held(Channels).Select(message => message.Sequence));
        Assert.Equal((10L, 10L), (intake.History.Floor, intake.Ledger.Position.Sequence));
        Assert.Empty(intake.History.Holes);
        await PublishAsync(broker, "a");
        await intake.UntilReadAsync(11);
        Assert.Equal([10L, 11], intake.Dealt.Select(entry => entry.Sequence));
        Assert.Equal([2L, 3, 6, 8, 11], intake.Held(Channels).Select(message => message.Sequence).Where(sequence => sequence != 9));
    }

    [Theory]
    [MemberData(nameof(Binaries))]
    public async Task More_than_one_request_brings_are_all_held(string binary)
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Binary = binary });
        await using var broker = await Broker.ConnectAsync(nats);
        await broker.Js.CreateStreamAsync(new StreamConfig { Name = Broker.Stream, Subjects = [Broker.Prefix + ">"], MaxMsgsPerSubject = 3 });
        var names = Enumerable.Range(0, 1000).Select(i => $"s.{i}").ToArray();
        for (var round = 0; round < 3; round++)
        {
            foreach (var name in names) await broker.PublishBlindlyAsync(name, "1"u8.ToArray());
        }

        await PublishAsync(broker, "a");
        await using var intake = new BareIntake(nats.Url, await WindowFromAsync(broker, 3001) with { PullBatch = 50 });
        await intake.UntilAttachedAsync();

        Assert.Equal(Enumerable.Range(2001, 1001).Select(i => (long)i), intake.Held([.. names, "a"]).Select(message => message.Sequence));
    }

    [Theory]
    [MemberData(nameof(Binaries))]
    public async Task One_that_is_deleted_before_its_turn_holds_up_none_of_the_others(string binary)
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Binary = binary });
        await using var broker = await StoreAsync(nats);
        using var proxy = new HoldingProxy(nats.Port);
        proxy.HoldAt("$JS.API.CONSUMER.MSG.NEXT");

        await using var intake = new BareIntake(proxy.Url, await WindowFromAsync(broker, 7));
        await proxy.Held;
        await broker.Js.DeleteMessageAsync(Broker.Stream, 2);
        await broker.Js.DeleteMessageAsync(Broker.Stream, 3);
        proxy.Release();
        await intake.UntilAttachedAsync();

        Assert.Equal([6L, 7, 8, 9], intake.Held(Channels).Select(message => message.Sequence));
    }

    [Fact]
    public async Task A_stream_that_is_replaced_meanwhile_leaves_nothing_of_itself()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await StoreAsync(nats);
        using var proxy = new HoldingProxy(nats.Port);
        proxy.HoldAt("$JS.API.CONSUMER.MSG.NEXT");

        await using var intake = new BareIntake(proxy.Url, await WindowFromAsync(broker, 7));
        await proxy.Held;
        await broker.Js.DeleteStreamAsync(Broker.Stream);
        await broker.Js.CreateStreamAsync(new StreamConfig { Name = Broker.Stream, Subjects = [Broker.Prefix + ">"] });
        foreach (var channel in new[] { "b", "b", "a" }) await PublishAsync(broker, channel);
        proxy.Release();
        await intake.UntilAttachedAsync();

        Assert.Empty(intake.Held("s.1", "s.2", "s.3"));
        Assert.Equal(3, intake.Ledger.Position.Sequence);
        Assert.Equal(3, intake.Held(Channels)[^1].Sequence);
    }

    [Fact]
    public async Task Where_nothing_is_older_than_the_window_they_are_not_asked_for()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await StoreAsync(nats);
        using var proxy = new HoldingProxy(nats.Port);
        proxy.HoldAt("last_per_subject");

        await using var intake = new BareIntake(proxy.Url, new StreamOptions { ReplayMaxAge = TimeSpan.FromHours(1) });
        await intake.UntilAttachedAsync();

        Assert.Equal(8, intake.Held(Channels).Count);
    }

    [Theory]
    [InlineData("refused")]
    [InlineData("unanswered")]
    public async Task A_broker_that_makes_no_consumer_for_them_is_warned_of_once_and_the_start_goes_on_without(string how)
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        await broker.Js.CreateStreamAsync(new StreamConfig { Name = Broker.Stream, Subjects = [Broker.Prefix + ">"], MaxConsumers = how == "refused" ? 1 : -1 });
        await PublishAsync(broker, "s.1");
        await PassASecondAsync(broker);
        using var proxy = new HoldingProxy(nats.Port);
        if (how == "unanswered") proxy.Lose("last_per_subject");

        await using var server = await TestServer.StartAsync(("NATS_URL", proxy.Url.ToString()), ("WS_REPLAY_MAX_AGE", "1s"));
        await Wait.UntilAsync(server.IsReadyAsync, "the server should start without them", TimeSpan.FromSeconds(40));

        Assert.Single(server.Log, line => line.StartsWith("Warning: The newest messages of channels that have been silent", StringComparison.Ordinal));
        await using var client = await server.ConnectAsync();
        await client.SendAsync("""{"type":"subscribe","data":{"channels":["s.1","a"],"last":true}}""");
        await client.WaitForAsync("sync");
        Assert.Equal("a", Assert.Single(client.OfType("snapshot"))["channel"]!.GetValue<string>());
        await server.PublishAsync("s.1", "1");
        await client.WaitForMessagesAsync(1);
        Assert.Equal(0, client.Messages[0]["prev"]!.GetValue<long>());
    }

    [Theory]
    [MemberData(nameof(Binaries))]
    public async Task A_restarted_server_answers_last_as_it_did_before_and_resumes_on_such_a_channel(string binary)
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Binary = binary });
        (string, string)[] settings = [("WS_REPLAY_MAX_AGE", "1s"), ("JS_STREAM_MAX_AGE", "1h")];
        var before = await TestServer.StartAsync(nats, settings);
        await using var broker = await Broker.ConnectAsync(nats);
        foreach (var channel in new[] { "s.1", "s.2", "s.1" }) await PublishAsync(broker, channel);
        var end = await PassASecondAsync(broker);
        var shown = await LastAsync(before, end);
        await before.StopAsync();
        await before.DisposeAsync();

        await using var server = await TestServer.StartAsync(nats, settings);
        Assert.Equal(shown, await LastAsync(server, end));
        Assert.Equal(3, shown.Length);
        Assert.Single(server.Log, line => line.StartsWith("Information: The newest messages of 2 subjects that were silent", StringComparison.Ordinal));

        await using var near = await server.ConnectAsync($"?channels=s.1&since={end}&epoch={await EpochAsync(server)}");
        await using var far = await server.ConnectAsync($"?channels=s.1&since=1&epoch={await EpochAsync(server)}");
        await near.WaitForAsync("sync");
        await far.WaitForAsync("sync");
        await server.PublishAsync("s.1", "2");
        foreach (var client in new[] { near, far })
        {
            await client.WaitForMessagesAsync(1);
            Assert.Equal((end + 1, 3L), (client.Messages.Single()["seq"]!.GetValue<long>(), client.Messages.Single()["prev"]!.GetValue<long>()));
        }

        Assert.Empty(near.OfType("gap"));
        var gap = Assert.Single(far.OfType("gap"));
        Assert.Equal(("s.1", 2L), (gap["channel"]!.GetValue<string>(), gap["from"]!.GetValue<long>()));
        Assert.InRange(gap["to"]!.GetValue<long>(), 3, end - 1);
    }

    /// <summary>A stream with nine messages, one of them of a channel whose name is too long.</summary>
    private static async Task<Broker> StoreAsync(NatsServerProcess nats)
    {
        var broker = await Broker.ConnectAsync(nats);
        await broker.Js.CreateStreamAsync(new StreamConfig { Name = Broker.Stream, Subjects = [Broker.Prefix + ">"] });
        foreach (var channel in new[] { "s.1", "s.2", "s.1", new string('x', 300), "a", "s.3", "a", "b", "a" })
        {
            await PublishAsync(broker, channel);

            // The History counts in milliseconds: each is to have one of its own, and more.
            var stored = TimeProvider.System.GetTimestamp();
            await Wait.UntilAsync(() => TimeProvider.System.GetElapsedTime(stored) > TimeSpan.FromMilliseconds(3), "the clock should go on");
        }

        return broker;
    }

    private static async Task PublishAsync(Broker broker, string channel) => await broker.Js.PublishAsync(Broker.Prefix + channel, "1"u8.ToArray());

    /// <summary>A window that begins with a message.</summary>
    private static async Task<StreamOptions> WindowFromAsync(Broker broker, long sequence)
    {
        var last = (await broker.Js.GetStreamAsync(Broker.Stream)).State.LastSeq;
        var (from, to) = (await broker.Js.GetMessageAsync(Broker.Stream, sequence), await broker.Js.GetMessageAsync(Broker.Stream, last));
        return new StreamOptions { ReplayMaxAge = TimeSpan.FromMilliseconds((to.TimestampNanos / 1_000_000) - (from.TimestampNanos / 1_000_000) + 1) };
    }

    /// <summary>Lets a second of the stream's time pass: what was stored before is older than the shortest window.</summary>
    /// <returns>The stream's last sequence number.</returns>
    private static async Task<long> PassASecondAsync(Broker broker)
    {
        var since = (await broker.Js.GetStreamAsync(Broker.Stream)).State;
        var last = since.LastSeq;
        await Wait.UntilAsync(
            async () =>
            {
                await PublishAsync(broker, "a");
                var message = await broker.Js.GetMessageAsync(Broker.Stream, ++last);
                return message.TimestampNanos / 1_000_000 > since.LastTime!.Value.ToUnixTimeMilliseconds() + 1_100;
            },
            "a second of the stream's time should pass");
        return last;
    }

    /// <summary>What a client is shown that asks for the last of everything, once the server has read up to a message.</summary>
    private static async Task<string[]> LastAsync(TestServer server, long end)
    {
        string[] shown = [];
        await Wait.UntilAsync(
            async () =>
            {
                await using var client = await server.ConnectAsync();
                await client.SendAsync("""{"type":"subscribe","data":{"channels":[">"],"last":true}}""");
                await client.WaitForAsync("sync");
                shown = [.. client.OfType("snapshot").Select(shot => shot.ToJsonString()).Order(StringComparer.Ordinal)];
                return client.OfType("sync")[0]["seq"]!.GetValue<long>() >= end;
            },
            "the server should have read all");
        return shown;
    }

    private static async Task<string> EpochAsync(TestServer server)
    {
        await using var client = await server.ConnectAsync();
        await client.WaitForAsync("welcome");
        return client.OfType("welcome")[0]["epoch"]!.GetValue<string>();
    }

    private static long Previous(StreamEntry entry) =>
        System.Text.Json.Nodes.JsonNode.Parse(Assert.IsType<Message>(entry).Payload.Span)!["prev"]!.GetValue<long>();
}
