using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout;

/// <summary>What may wait beyond the bounds of a client's queue, and for how long.</summary>
public sealed class BurstTests
{
    private static readonly Channel Channel = new("a.b");

    [Fact]
    public void In_a_burst_more_may_wait_for_a_client_that_reads_until_it_is_too_far_behind()
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueMessages = 10, SlowClientPolicy = SlowClientPolicy.Disconnect, SendBurstTime = TimeSpan.FromMilliseconds(800) });
        var (slow, slowWire) = worker.Join();
        var (healthy, healthyWire) = worker.Join();
        worker.Subscribe(slow, "a.b");
        worker.Subscribe(healthy, "a.b");

        // Never done with its batch, never blocked for long: by the socket alone it reads.
        slowWire.NeverDone = true;
        var dealt = 0;
        for (; slow.Closing is null && dealt < 1_000; dealt++)
        {
            worker.Deal(worker.Message(Channel, 101 + dealt));
            worker.Clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.Equal(CloseReason.SlowClient, slow.Closing);
        Assert.InRange(dealt, 80, 95);
        Assert.Equal(dealt, healthyWire.OfType("message").Count());
        Assert.Null(healthy.Closing);
        Assert.InRange(worker.Metric("ws_messages_overdrawn_total"), 68, 85);
    }

    [Theory]
    [InlineData(0, 1 << 20)]
    [InlineData(1_000, 4_096)]
    public void Without_time_or_bytes_for_bursts_the_bounds_of_the_queue_always_hold(int milliseconds, long bytes)
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueMessages = 100, SendQueueBytes = 1 << 20, SendBurstTime = TimeSpan.FromMilliseconds(milliseconds), SendBurstBytes = bytes });
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a.b");
        wire.NeverDone = true;

        for (var i = 0; i < 300; i++) worker.Deal(worker.Message(Channel, 101 + i));

        Assert.Equal(0, worker.Metric("ws_messages_overdrawn_total"));
        Assert.Equal(100, client.Queue.Messages);
    }

    [Fact]
    public void A_client_that_takes_nothing_is_given_no_more_than_its_queue()
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueMessages = 10 });
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a.b");
        wire.IsStuck = true;
        worker.Clock.Advance(TimeSpan.FromMilliseconds(400));

        for (var i = 0; i < 50; i++) worker.Deal(worker.Message(Channel, 101 + i));

        Assert.Equal(10, client.Queue.Messages);
        Assert.Equal(0, worker.Metric("ws_messages_overdrawn_total"));
    }

    [Fact]
    public void A_client_that_is_slower_than_the_stream_keeps_to_its_queue()
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueMessages = 20, SendBurstTime = TimeSpan.FromSeconds(1) });
        var (slow, slowWire) = worker.Join();
        worker.Subscribe(slow, "a.b");

        // Something moves all the time, so the socket never looks stuck.
        slowWire.NeverDone = true;
        for (var i = 0; i < 50; i++)
        {
            worker.Deal(worker.Message(Channel, 101 + i));
            worker.Clock.Advance(TimeSpan.FromMilliseconds(60));
        }

        Assert.Null(slow.Closing);
        Assert.Equal(0, worker.Metric("ws_messages_overdrawn_total"));
        Assert.True(worker.Metric("ws_messages_dropped_total{reason=\"slow\"}") > 0, "its queue should have been full");
    }

    [Fact]
    public void A_client_that_never_catches_up_overdraws_its_queue_once()
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueMessages = 10, PingInterval = TimeSpan.FromHours(1) });
        var (slow, wire) = worker.Join();
        worker.Subscribe(slow, "a.b");
        wire.OneEvery = TimeSpan.FromMilliseconds(50);

        var most = 0;
        for (var i = 0; i < 12_000; i++)
        {
            worker.Deal(worker.Message(Channel, 101 + i));
            worker.Clock.Advance(TimeSpan.FromMilliseconds(5));
            most = Math.Max(most, slow.Queue.Messages);
            if (i > 1_000) Assert.InRange(slow.Queue.Messages, 0, 10);
        }

        Assert.InRange(most, 300, 450);
        Assert.Equal(Enumerable.Range(101, (int)Last() - 100), Told());

        long Last() => wire.Frames[^1] is var last && last["type"]!.GetValue<string>() == "gap" ? last["to"]!.GetValue<long>() : last["seq"]!.GetValue<long>();

        IEnumerable<int> Told() => wire.Frames.SelectMany(frame => frame["type"]!.GetValue<string>() switch
        {
            "message" => [frame["seq"]!.GetValue<int>()],
            "gap" => Enumerable.Range(frame["from"]!.GetValue<int>(), frame["to"]!.GetValue<int>() - frame["from"]!.GetValue<int>() + 1),
            _ => [],
        });
    }

    [Fact]
    public void A_client_that_has_caught_up_may_overdraw_again()
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueMessages = 10, PingInterval = TimeSpan.FromHours(1) });
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a.b");
        wire.OneEvery = TimeSpan.FromMilliseconds(20);

        // One burst that is too much for it, then smaller ones, with time to catch up in between.
        var sequence = 100;
        Burst(400);
        var dropped = worker.Metric("ws_messages_dropped_total{reason=\"slow\"}");
        Assert.InRange(dropped, 50, 390);
        for (var burst = 0; burst < 5; burst++) Burst(30);

        Assert.Equal(dropped, worker.Metric("ws_messages_dropped_total{reason=\"slow\"}"));
        Assert.Equal(550 - dropped, wire.OfType("message").Count());

        void Burst(int messages)
        {
            for (var i = 0; i < messages; i++)
            {
                worker.Deal(worker.Message(Channel, ++sequence));
                worker.Clock.Advance(TimeSpan.FromMilliseconds(8));
            }

            worker.Pass(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public void Whoever_is_given_nothing_more_is_held_to_its_bounds_when_its_burst_is_over()
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueBytes = 128 << 10, SendBurstBytes = 1 << 20, SlowClientTimeout = TimeSpan.FromSeconds(20), PingInterval = TimeSpan.FromHours(1) });
        var clients = new List<(Client Client, TestWire Wire)>();
        for (var i = 0; i < 50; i++)
        {
            // Each has a channel of its own, and its socket never looks stuck.
            var channel = new Channel($"own.{i}");
            var (client, wire) = worker.Join();
            worker.Subscribe(client, $"own.{i}");
            wire.NeverDone = true;
            clients.Add((client, wire));
            for (var n = 0; n < 18; n++) worker.Deal(worker.Message(channel, 101 + (18 * i) + n, 60_000));
        }

        // What is recent may wait: a megabyte, an eighth more, and what the queues hold anyway.
        worker.Pass(TimeSpan.FromMilliseconds(500));
        Assert.InRange(clients.Sum(each => each.Client.WaitingBytes), 50 * 60_000, (50 * (128 << 10)) + (9 << 17) + 60_200);

        worker.Pass(TimeSpan.FromSeconds(3));
        Assert.All(clients, each => Assert.InRange(each.Client.Queue.Messages, 1, 2));
        Assert.All(clients, each => Assert.Null(each.Client.Closing));
        Assert.Equal(worker.Metric("ws_messages_dropped_total{reason=\"slow\"}"), (50 * 17) - clients.Sum(each => each.Client.Queue.Messages));
    }

    [Fact]
    public void Whoever_is_to_be_closed_for_a_full_queue_is_closed_when_its_burst_is_over()
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueMessages = 10, SlowClientPolicy = SlowClientPolicy.Disconnect, PingInterval = TimeSpan.FromHours(1) });
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a.b");
        wire.NeverDone = true;
        for (var i = 0; i < 20; i++) worker.Deal(worker.Message(Channel, 101 + i));
        worker.Pass(TimeSpan.FromMilliseconds(1_000));
        Assert.Null(client.Closing);

        worker.Pass(TimeSpan.FromSeconds(2));

        Assert.Equal(CloseReason.SlowClient, client.Closing);
    }

    [Fact]
    public void What_waits_of_another_stream_is_never_taken_for_a_burst()
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueMessages = 10, PingInterval = TimeSpan.FromHours(1) });
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a.b");
        wire.NeverDone = true;
        for (var i = 0; i < 5; i++) worker.Deal(worker.Message(Channel, 1_000_000 + i));
        worker.Deal(Reset.To("e2", 0, 1, 9));

        for (var i = 1; i <= 300; i++)
        {
            worker.Deal(worker.Message(Channel, i));
            worker.Clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.InRange(client.Queue.Messages, 1, 10);
    }

    [Fact]
    public void What_all_clients_of_a_worker_overdraw_is_bounded_and_given_back()
    {
        // 256 references beyond the bounds: 32 bytes each.
        using var worker = new WorkerParts(new ClientOptions { SendQueueMessages = 10, SendBurstBytes = 8_192 });
        var wires = new List<TestWire>();
        var clients = new List<Client>();
        for (var i = 0; i < 50; i++)
        {
            var (client, wire) = worker.Join();
            worker.Subscribe(client, "a.b");
            wire.NeverDone = true;
            wires.Add(wire);
            clients.Add(client);
        }

        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 25; i++) worker.Deal(worker.Message(Channel, 101 + (100 * round) + i));

            // Whoever finds it used up falls back to its bounds, which leaves some for the others.
            Assert.InRange(clients.Sum(client => Math.Max(0, client.Queue.Messages - 10)), 200, 256);
            Assert.InRange(worker.Metric("ws_messages_overdrawn_total"), 256 * (round + 1), 50 * 15 * (round + 1));

            // By catching up, by leaving.
            for (var i = 0; i < 50; i++)
            {
                if (i % 10 == round) worker.Roster.Remove(clients[i], CloseReason.ClientLeft);
                else wires[i].BatchDone();
            }

            clients.RemoveAll(client => client.IsGone);
            wires.RemoveAll(wire => wire.IsReleased);
            while (clients.Count < 50)
            {
                var (client, wire) = worker.Join();
                worker.Subscribe(client, "a.b");
                clients.Add(client);
                wires.Add(wire);
            }

            worker.Pass(TimeSpan.FromSeconds(2));
            Assert.All(clients, client => Assert.False(client.HasWaiting));
            foreach (var wire in wires) wire.NeverDone = true;
        }
    }
}
