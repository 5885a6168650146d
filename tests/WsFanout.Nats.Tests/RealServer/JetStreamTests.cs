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
        await using var connection = await NatsClient.OpenAsync(server);
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
