using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout;

/// <summary>Sockets that take what they are given in pieces of any size: every byte leaves once, in order.</summary>
public sealed class PartialSendTests
{
    private static readonly Channel[] Channels = [new("a"), new("b"), new("c")];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_the_sockets_take_each_client_gets_its_frames_whole_and_in_order(int seed)
    {
        var random = new Random(seed);
        using var worker = new WorkerParts(new ClientOptions { SendQueueBytes = 1 << 30, SendQueueMessages = 1_000_000 });
        var clients = Enumerable.Range(0, 20).Select(_ => Join(worker, random)).ToList();

        var sequence = 100L;
        for (var round = 0; round < 400; round++)
        {
            var batch = new Message[random.Next(1, 8)];
            foreach (ref var message in batch.AsSpan()) message = worker.Message(Channels[random.Next(3)], ++sequence, random.Next(1, 400));
            foreach (var (client, _, expected) in clients)
            {
                foreach (var message in batch.Where(message => IsSubscribed(client, message))) expected.AddRange(message.Bytes);
            }

            worker.Deal(batch);
            foreach (var (client, wire, _) in clients.Where(_ => random.Next(3) == 0))
            {
                wire.Drain(random.Next(2) == 0 ? random.Next(1, 50) : random.Next(1, 5_000));
                worker.Roster.Flush(client);
            }
        }

        foreach (var (client, wire, expected) in clients)
        {
            wire.Drain(int.MaxValue);
            worker.Roster.Flush(client);
            Assert.Null(client.Closing);
            Assert.False(client.HasWaiting, $"seed {seed}: nothing should wait any more");
            Assert.Equal(expected, wire.Bytes);
        }
    }

    [Fact]
    public void A_socket_that_took_a_part_of_a_frame_gets_the_rest_though_the_client_is_closed_as_slow()
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueMessages = 2, SlowClientPolicy = SlowClientPolicy.Disconnect });
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a");
        wire.Room = 10;
        var first = worker.Message(Channels[0], 101);

        worker.Deal(first);
        for (var sequence = 102; client.Closing is null; sequence++) worker.Deal(worker.Message(Channels[0], sequence));
        wire.Drain(int.MaxValue);
        worker.Roster.Flush(client);

        Assert.Equal(first.Bytes, wire.Bytes.Take(first.Length));
        Assert.Equal("{\"type\":\"bye\"", System.Text.Encoding.UTF8.GetString([.. wire.Bytes.Skip(first.Length + 2).Take(13)]));
        Assert.Equal(CloseReason.SlowClient, wire.Closed);
    }

    private static bool IsSubscribed(Client client, Message message) =>
        Enumerable.Range(0, client.Subscriptions.Count).Any(index => client.Subscriptions[index].Name == message.Channel.Name || client.Subscriptions[index].IsPattern);

    private static (Client Client, TestWire Wire, List<byte> Expected) Join(WorkerParts worker, Random random)
    {
        var (client, wire) = worker.Join();
        string[][] choices = [["a"], ["a", "b"], [">"], ["a", "*", "c"]];
        worker.Subscribe(client, choices[random.Next(choices.Length)]);
        wire.Room = random.Next(0, 3_000);
        return (client, wire, []);
    }
}
