using System.Text;
using WsFanout.Testing;

namespace WsFanout.Nats.Tests.RealServer;

public class JetStreamTests
{
    private static readonly StreamConfig Trades = new()
    {
        Name = "TRADES",
        Subjects = ["odin.token.>"],
        Storage = StreamConfigStorage.Memory,
        MaxAge = TimeSpan.FromSeconds(30),
        MaxMsgs = 1000,
        MaxBytes = 1_000_000,
    };

    public static TheoryData<string> Servers => [.. NatsServerProcess.Binaries];

    [Theory, MemberData(nameof(Servers))]
    public async Task A_stream_is_written_read_by_pull_and_looked_into(string binary)
    {
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        var js = new NatsJSContext(connection);
        var created = await js.CreateStreamAsync(Trades);
        for (var n = 1; n <= 5; n++)
        {
            var ack = await js.PublishAsync($"odin.token.SYM{n}.trade", Encoding.UTF8.GetBytes($"payload {n}"), new NatsHeaders { { "Number", $"{n}" } });
            Assert.Equal(("TRADES", (long)n, false), (ack.Stream, ack.Seq, ack.Duplicate));
        }

        var consumer = await js.CreateConsumerAsync("TRADES", FromSequence("c_1", 3));
        using var sub = connection.Subscribe(connection.NewInbox(), capacity: 16);
        await js.PullAsync("TRADES", consumer.Name, new() { Batch = 10, Expires = TimeSpan.FromSeconds(2), IdleHeartbeat = TimeSpan.FromMilliseconds(200) }, sub.Subject);

        Assert.Equal(2, consumer.Delivered.StreamSeq);
        Assert.Equal(3, consumer.NumPending);
        for (var n = 3; n <= 5; n++)
        {
            using var message = await sub.NextAsync();
            Assert.True(NatsJSMsgMetadata.TryParse(message.ReplyTo, out var metadata));
            Assert.Equal((n, n - 2, 5 - n), (metadata.StreamSequence, metadata.ConsumerSequence, metadata.Pending));
            Assert.Equal($"odin.token.SYM{n}.trade", Encoding.UTF8.GetString(message.Subject));
            Assert.Equal($"payload {n}", Encoding.UTF8.GetString(message.Payload));
            Assert.True(message.TryGetHeader("Number"u8, out var number) && number.SequenceEqual(Encoding.UTF8.GetBytes($"{n}")));
            Assert.Equal(0, message.StatusCode);
        }

        using var heartbeat = await sub.NextAsync();
        Assert.Equal((100, "Idle Heartbeat"), (heartbeat.StatusCode, heartbeat.StatusText));
        Assert.True(heartbeat.TryGetHeader("Nats-Last-Stream"u8, out var last) && last.SequenceEqual("5"u8));
        Assert.Equal(created.Created, (await js.GetStreamAsync("TRADES")).Created);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task A_stored_message_is_got_as_it_is_even_when_its_answer_exceeds_the_largest_payload(string binary)
    {
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        var js = new NatsJSContext(connection);
        await js.CreateStreamAsync(Trades with { MaxBytes = -1 });
        var payload = new byte[1024 * 1024 - 100];
        new Random(7).NextBytes(payload);
        await js.PublishAsync("odin.token.BTC.trade", payload, new NatsHeaders { { "A", "b" } });

        var stored = await js.GetMessageAsync("TRADES", 1);

        var state = (await js.GetStreamAsync("TRADES")).State;
        Assert.Equal(("odin.token.BTC.trade", 1L, state.LastTs), (stored.Subject, stored.Seq, stored.Time));
        Assert.Equal(state.LastTime?.ToUnixTimeMilliseconds(), stored.TimestampNanos / 1_000_000);
        Assert.True(stored.Data.Span.SequenceEqual(payload));
        Assert.Equal("NATS/1.0\r\nA: b\r\n\r\n", Encoding.ASCII.GetString(stored.HeaderBlock.Span));
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task A_stream_is_updated_purged_holed_and_deleted(string binary)
    {
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        var js = new NatsJSContext(connection);
        var empty = (await js.CreateOrUpdateStreamAsync(Trades)).State;
        var updated = await js.CreateOrUpdateStreamAsync(Trades with { MaxMsgs = 500, AllowDirect = true });
        for (var n = 1; n <= 10; n++)
        {
            await js.PublishAsync("odin.token.BTC.trade", default);
        }

        await js.PurgeStreamAsync("TRADES", new() { Keep = 6 });
        await js.DeleteMessageAsync("TRADES", 7);
        var state = (await js.GetStreamAsync("TRADES")).State;
        await js.DeleteStreamAsync("TRADES");

        Assert.Equal((0L, 0L, null, null), (empty.FirstSeq, empty.LastSeq, empty.FirstTime, empty.LastTime));
        Assert.Equal((500L, true, TimeSpan.FromSeconds(30)), (updated.Config.MaxMsgs, updated.Config.AllowDirect, updated.Config.MaxAge));
        Assert.Equal((5L, 10L, 5L, 1L), (state.FirstSeq, state.LastSeq, state.Messages, state.NumDeleted));
        Assert.Equal(0, (await js.GetAccountInfoAsync()).Streams);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task An_update_of_a_configuration_that_was_read_keeps_what_this_client_has_no_name_for(string binary)
    {
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        var js = new NatsJSContext(connection);
        var body = "{\"name\":\"TRADES\",\"subjects\":[\"odin.token.>\"],\"retention\":\"limits\",\"storage\":\"memory\",\"num_replicas\":1,\"allow_rollup_hdrs\":true}";
        (await connection.RequestAsync("$JS.API.STREAM.CREATE.TRADES", Encoding.UTF8.GetBytes(body))).Dispose();

        var updated = await js.UpdateStreamAsync((await js.GetStreamAsync("TRADES")).Config with { MaxMsgs = 10 });

        Assert.Equal(10, updated.Config.MaxMsgs);
        Assert.True(updated.Config.Rest?["allow_rollup_hdrs"].GetBoolean());
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task A_message_id_is_stored_once(string binary)
    {
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        var js = new NatsJSContext(connection);
        await js.CreateStreamAsync(Trades);
        var id = new NatsHeaders { { "Nats-Msg-Id", "1" } };

        var first = await js.PublishAsync("odin.token.BTC.trade", default, id);
        var second = await js.PublishAsync("odin.token.BTC.trade", default, id);

        Assert.Equal((1L, false, 1L, true), (first.Seq, first.Duplicate, second.Seq, second.Duplicate));
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task A_pull_ends_with_a_status_when_nothing_is_there_or_the_consumer_goes(string binary)
    {
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        var js = new NatsJSContext(connection);
        await js.CreateStreamAsync(Trades);
        await js.CreateConsumerAsync("TRADES", FromSequence("c_1", 1));
        using var sub = connection.Subscribe(connection.NewInbox(), capacity: 16);

        await js.PullAsync("TRADES", "c_1", new() { Batch = 5, NoWait = true }, sub.Subject);
        using var none = await sub.NextAsync();
        await js.PullAsync("TRADES", "c_1", new() { Batch = 5, Expires = TimeSpan.FromMilliseconds(200) }, sub.Subject);
        using var expired = await sub.NextAsync();
        await js.PullAsync("TRADES", "c_1", new() { Batch = 5, Expires = TimeSpan.FromSeconds(30) }, sub.Subject);

        // A pull that is overtaken by the deletion gets no answer at all.
        await Wait.UntilAsync(async () => (await js.GetConsumerAsync("TRADES", "c_1")).NumWaiting == 1, "the server holds the pull");
        await js.DeleteConsumerAsync("TRADES", "c_1");
        using var deleted = await sub.NextAsync();

        Assert.Equal((404, "No Messages"), (none.StatusCode, none.StatusText));
        Assert.Equal((408, "Request Timeout"), (expired.StatusCode, expired.StatusText));
        Assert.Equal((409, "Consumer Deleted"), (deleted.StatusCode, deleted.StatusText));
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task A_consumer_starts_where_it_is_told_or_behind_what_is_gone_and_says_where(string binary)
    {
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        var js = new NatsJSContext(connection);
        await js.CreateStreamAsync(Trades);
        for (var n = 1; n <= 10; n++)
        {
            await js.PublishAsync("odin.token.BTC.trade", default);
        }

        await js.PurgeStreamAsync("TRADES", new() { Keep = 4 });
        var fromGone = await js.CreateConsumerAsync("TRADES", FromSequence("gone", 3));
        var fromNow = await js.CreateConsumerAsync("TRADES", new() { Name = "new", DeliverPolicy = ConsumerConfigDeliverPolicy.New });
        var byTime = await js.CreateConsumerAsync(
            "TRADES", new() { Name = "time", DeliverPolicy = ConsumerConfigDeliverPolicy.ByStartTime, OptStartTime = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero) });
        var filtered = await js.CreateConsumerAsync("TRADES", new() { Name = "filtered", FilterSubject = "odin.token.ETH.>" });

        Assert.Equal((6L, 4L), (fromGone.Delivered.StreamSeq, fromGone.NumPending));
        Assert.Equal((10L, 0L), (fromNow.Delivered.StreamSeq, fromNow.NumPending));
        Assert.Equal((6L, 4L), (byTime.Delivered.StreamSeq, byTime.NumPending));
        Assert.Equal(("odin.token.ETH.>", 0L), (filtered.Config.FilterSubject, filtered.NumPending));
        Assert.Equal(4, (await js.GetStreamAsync("TRADES")).State.ConsumerCount);
    }

    private static ConsumerConfig FromSequence(string name, long sequence) => new()
    {
        Name = name,
        DeliverPolicy = ConsumerConfigDeliverPolicy.ByStartSequence,
        OptStartSeq = sequence,
        InactiveThreshold = TimeSpan.FromMinutes(5),
        NumReplicas = 1,
        MemStorage = true,
    };
}
