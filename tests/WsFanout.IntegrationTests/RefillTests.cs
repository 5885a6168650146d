using System.Text;
using WsFanout.Intake;
using WsFanout.IntegrationTests.Support;
using WsFanout.Messages;
using WsFanout.Nats;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>What a server that has just started holds of the stream: the replay window as it was stored, and live messages right behind it.</summary>
public sealed class RefillTests
{
    private static readonly string[] Channels = ["a", "b", "c"];
    private static readonly StreamOptions AllOfIt = new() { ReplayMaxAge = TimeSpan.FromHours(1), PullBatch = 20 };

    public static TheoryData<string> Binaries => [.. NatsServerProcess.Binaries];

    [Theory]
    [MemberData(nameof(Binaries))]
    public async Task The_window_is_held_with_its_holes_and_live_messages_follow_without_a_hole_or_a_double(string binary)
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Binary = binary });
        await using var broker = await StoreAsync(nats, 300);
        foreach (var gone in new[] { 1, 2, 100, 101, 200 }) await broker.Js.DeleteMessageAsync(Broker.Stream, gone);
        await using var intake = new BareIntake(nats.Url, AllOfIt);
        await intake.UntilAttachedAsync();
        var stored = await broker.StoredAsync();

        Assert.Equal(stored.Select(message => message.Sequence), intake.Held(Channels).Select(message => message.Sequence));
        Assert.Equal([(100L, 101L), (200L, 200L)], intake.History.Holes.Select(hole => (hole.From, hole.To)));
        Assert.Equal((2L, 300L), (intake.History.Floor, intake.Ledger.Position.Sequence));
        Assert.Equal((intake.Ledger.Position.Epoch, 300L), (Assert.IsType<Reset>(Assert.Single(intake.Dealt)).Epoch, intake.Dealt[0].Sequence));
        Assert.Equal((intake.Ledger.Position.Epoch, 300L), (intake.Tail.End.Epoch, intake.Tail.End.Sequence));
        Assert.True(intake.Tail.End.LookedAt > 0);

        await PublishAsync(broker, "a");
        await intake.UntilReadAsync(301);
        Assert.Equal(301, Assert.IsType<Message>(intake.Dealt[^1]).Sequence);
        Assert.Equal(2, intake.Dealt.Count);
        Assert.Equal(301, intake.Held(Channels)[^1].Sequence);
    }

    [Theory]
    [MemberData(nameof(Binaries))]
    public async Task The_window_is_counted_back_from_the_stream_s_last_message(string binary)
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Binary = binary });
        await using var broker = await StoreAsync(nats, 10);
        var (sixth, last) = (await broker.Js.GetMessageAsync(Broker.Stream, 6), await broker.Js.GetMessageAsync(Broker.Stream, 10));
        var age = TimeSpan.FromMicroseconds(((last.TimestampNanos - sixth.TimestampNanos) / 1000) + 1);

        await using var intake = new BareIntake(nats.Url, AllOfIt with { ReplayMaxAge = age });
        await intake.UntilAttachedAsync();

        Assert.Equal(5, intake.History.Floor);
        Assert.Equal([6L, 7, 8, 9, 10], intake.Held(Channels).Select(message => message.Sequence));
        Assert.Empty(intake.History.Holes);
    }

    /// <summary>What is deleted after ten messages were stored; where the History then begins, what it holds, and the hole at its end.</summary>
    [Theory]
    [InlineData("nothing was ever stored", 0, new long[0], null)]
    [InlineData("all", 10, new long[0], null)]
    [InlineData("the last two", 0, new long[] { 1, 2, 3, 4, 5, 6, 7, 8 }, "9-10")]
    [InlineData("all but the first", 0, new long[] { 1 }, "2-10")]
    public async Task A_stream_of_which_little_is_left_is_held_as_it_is(string deleted, long floor, long[] held, string? hole)
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await StoreAsync(nats, deleted == "nothing was ever stored" ? 0 : 10);
        var (first, end) = deleted switch { "the last two" => (9, 10), "all but the first" => (2, 10), _ => (1, 0) };
        if (deleted == "all") await broker.Js.PurgeStreamAsync(Broker.Stream);
        for (var i = first; i <= end; i++) await broker.Js.DeleteMessageAsync(Broker.Stream, i);

        await using var intake = new BareIntake(nats.Url, AllOfIt);
        await intake.UntilAttachedAsync();
        var last = (await broker.Js.GetStreamAsync(Broker.Stream)).State.LastSeq;

        Assert.Equal((floor, last), (intake.History.Floor, intake.Ledger.Position.Sequence));
        Assert.Equal(held, intake.Held(Channels).Select(message => message.Sequence));
        Assert.Equal(hole, intake.History.Holes.Select(one => $"{one.From}-{one.To}").SingleOrDefault());
        await PublishAsync(broker, "a");
        await intake.UntilReadAsync(last + 1);
        Assert.Equal([last, last + 1], intake.Dealt.Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task A_broker_that_is_lost_halfway_makes_it_begin_from_scratch()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await StoreAsync(nats, 200);
        using var proxy = new FaultProxy(nats.Port) { CutAfterBytes = 20_000 };

        await using var intake = new BareIntake(proxy.Url, AllOfIt);
        await Wait.UntilAsync(() => proxy.Cuts == 1, "the connection should be cut");
        await intake.UntilAttachedAsync();

        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), intake.Held(Channels).Select(message => message.Sequence));
        Assert.Equal((0L, 200L), (intake.History.Floor, Assert.Single(intake.Dealt).Sequence));
        Assert.Empty(intake.History.Holes);
        Assert.Single(await broker.ConsumersAsync());
    }

    [Fact]
    public async Task An_overload_at_the_start_holds_it_up_but_not_for_ever()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await StoreAsync(nats, 100);

        await using var intake = new BareIntake(nats.Url, AllOfIt, isOverloaded: true);
        await intake.UntilAttachedAsync();

        Assert.Equal(100, intake.Held(Channels).Count);
    }

    [Fact]
    public async Task What_was_read_once_is_shown_by_metrics_and_one_line_of_the_log_and_nobody_is_let_in_before()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await StoreAsync(nats, 30);
        using var proxy = new HoldingProxy(nats.Port);
        proxy.HoldAt("$JS.API.CONSUMER.MSG.NEXT");
        await using var server = await TestServer.StartAsync(("NATS_URL", proxy.Url.ToString()));

        await proxy.Held;
        using var early = await server.Http.GetAsync(new Uri("health/ready", UriKind.Relative));
        var reason = await early.Content.ReadAsStringAsync();
        proxy.Release();
        await server.WaitUntilReadyAsync();

        Assert.Contains("\"starting\"", reason, StringComparison.Ordinal);
        Assert.Contains("the replay window is being read", reason, StringComparison.Ordinal);
        Assert.Single(server.Log, line => line.StartsWith("Information: The History was filled with 30 messages", StringComparison.Ordinal));
        Assert.Equal((30, 3), (await server.MetricAsync("ws_history_refilled_messages"), await server.MetricAsync("ws_history_channels")));
        Assert.Equal((0, 0), (await server.MetricAsync("ws_stream_missing_messages_total"), await server.MetricAsync("ws_messages_sent_total")));
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");
        Assert.Equal(30, client.OfType("subscription_ack")[0]["seq"]!.GetValue<long>());
        await server.PublishAsync("c", "1");
        await client.WaitForMessagesAsync(1);
        Assert.Equal((31L, 30L), (client.Messages[0]["seq"]!.GetValue<long>(), client.Messages[0]["prev"]!.GetValue<long>()));
    }

    /// <summary>A stream with messages 1 to <paramref name="count"/> on three channels in turn.</summary>
    private static async Task<Broker> StoreAsync(NatsServerProcess nats, int count)
    {
        var broker = await Broker.ConnectAsync(nats);
        await broker.Js.CreateStreamAsync(new StreamConfig { Name = Broker.Stream, Subjects = [Broker.Prefix + ">"] });
        for (var i = 0; i < count; i++) await PublishAsync(broker, Channels[i % 3]);
        return broker;
    }

    private static async Task PublishAsync(Broker broker, string channel) =>
        await broker.Js.PublishAsync(Broker.Prefix + channel, Encoding.UTF8.GetBytes($"\"{new string('x', 100)}\""));
}
