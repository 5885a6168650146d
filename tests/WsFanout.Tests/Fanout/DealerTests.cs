using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout;

public sealed class DealerTests
{
    private static readonly Channel Channel = new("a.b");

    [Fact]
    public void Several_matching_subscriptions_make_one_delivery()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a.b", "a.*", "*.b", ">");

        worker.Deal(worker.Message(Channel, 101));
        worker.Deal(worker.Message(Channel, 102));

        Assert.Equal([101L, 102L], wire.OfType("message").Select(message => message["seq"]!.GetValue<long>()));
    }

    [Fact]
    public void A_client_whose_queue_is_full_is_closed_and_nobody_else()
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueMessages = 10, SlowClientPolicy = SlowClientPolicy.Disconnect });
        var (stuck, stuckWire) = worker.Join();
        var (healthy, healthyWire) = worker.Join();
        worker.Subscribe(stuck, "a.b");
        worker.Subscribe(healthy, "a.b");

        stuckWire.IsStuck = true;
        for (var i = 0; i < 50; i++) worker.Deal(worker.Message(Channel, 101 + i));

        Assert.Equal(CloseReason.SlowClient, stuck.Closing);
        Assert.Equal(0, stuck.Subscriptions.Count);
        Assert.Null(healthy.Closing);
        Assert.Equal(50, healthyWire.OfType("message").Count());
    }

    [Fact]
    public void A_client_that_has_no_room_in_a_burst_is_waited_for_only_as_long_as_its_queue_turns_over()
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueMessages = 10, SlowClientPolicy = SlowClientPolicy.Disconnect });
        var (slow, slowWire) = worker.Join();
        var (healthy, healthyWire) = worker.Join();
        worker.Subscribe(slow, "a.b");
        worker.Subscribe(healthy, "a.b");

        // Never done with its batch, never blocked for long: by the socket alone it would be waited for without end.
        slowWire.NeverDone = true;
        var held = 0;
        for (var i = 0; i < 50; i++) held += worker.Deal(worker.Message(Channel, 101 + i));

        Assert.Equal(CloseReason.SlowClient, slow.Closing);
        Assert.InRange(held * 5, 500, 570);
        Assert.InRange(worker.Metric("ws_worker_held_seconds_total"), 0.5, 0.57);
        Assert.Null(healthy.Closing);
        Assert.Equal(50, healthyWire.OfType("message").Count());
    }

    [Fact]
    public void A_client_that_is_slower_than_the_stream_is_never_waited_for()
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueMessages = 10, SlowClientPolicy = SlowClientPolicy.Gap });
        var (slow, slowWire) = worker.Join();
        worker.Subscribe(slow, "a.b");

        // Something moves all the time, so the socket never looks stuck.
        slowWire.NeverDone = true;
        var held = 0;
        for (var i = 0; i < 50; i++)
        {
            held += worker.Deal(worker.Message(Channel, 101 + i));
            worker.Clock.Advance(TimeSpan.FromMilliseconds(60));
        }

        Assert.Equal(0, held);
        Assert.Null(slow.Closing);
        Assert.True(worker.Metric("ws_messages_dropped_total{reason=\"slow\"}") > 0, "its queue should have been full");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Clients_that_never_catch_up_with_a_fast_stream_are_waited_for_once_and_all_of_them_for_a_tenth_of_the_time(int count)
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueMessages = 10, PingInterval = TimeSpan.FromHours(1) });
        var wires = new List<TestWire>();
        var started = worker.Clock.GetTimestamp();
        for (var i = 0; i < 12_000; i++)
        {
            if (i * count % 12_000 == 0) Join();
            worker.Deal(worker.Message(Channel, 101 + i));
            worker.Clock.Advance(TimeSpan.FromMilliseconds(5));
        }

        var passed = worker.Clock.GetElapsedTime(started).TotalSeconds;
        var held = worker.Metric("ws_worker_held_seconds_total");
        Assert.InRange(held, 0.5, Math.Min(count * 1.1, 2.1 + (passed / 10)));
        Assert.All(wires, wire => Assert.True(wire.OfType("gap").Any(), "it should have been told of what its queue could not hold"));

        void Join()
        {
            var (slow, wire) = worker.Join();
            worker.Subscribe(slow, "a.b");
            wire.OneEvery = TimeSpan.FromMilliseconds(50);
            wires.Add(wire);
        }
    }

    [Fact]
    public void A_client_that_has_caught_up_is_waited_for_again()
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueMessages = 10, SlowClientPolicy = SlowClientPolicy.Disconnect, PingInterval = TimeSpan.FromHours(1) });
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a.b");
        wire.OneEvery = TimeSpan.FromMilliseconds(20);

        // Bursts of 0.8 s for it, with time to catch up in between.
        for (var i = 0; i < 200; i++)
        {
            worker.Deal(worker.Message(Channel, 101 + i));
            if (i % 40 == 39) worker.Pass(TimeSpan.FromSeconds(10));
        }

        worker.Pass(TimeSpan.FromSeconds(1));
        Assert.Null(client.Closing);
        Assert.Equal(200, wire.OfType("message").Count());
    }

    [Fact]
    public void A_hole_is_told_to_who_subscribed_and_a_reset_to_everybody()
    {
        using var worker = new WorkerParts();
        var (subscriber, subscriberWire) = worker.Join();
        var (_, idleWire) = worker.Join();
        worker.Subscribe(subscriber, "a.b");

        worker.Deal(Hole.Between(101, 103, 5_000));
        worker.Deal(Reset.To("e2", 7, 9_000, 2));

        Assert.Equal("""{"type":"gap","from":101,"to":103,"reason":"upstream"}""", subscriberWire.OfType("gap").Single().ToJsonString());
        Assert.Empty(idleWire.OfType("gap"));
        Assert.Equal("""{"type":"reset","epoch":"e2","seq":7,"ts":9000}""", idleWire.OfType("reset").Single().ToJsonString());
        Assert.Equal(new Position("e2", 7, 9_000), worker.Dealer.Position);
    }

    [Fact]
    public void A_delivery_allocates_nothing()
    {
        using var worker = new WorkerParts();
        for (var i = 0; i < 100; i++)
        {
            var (client, wire) = worker.Join();
            worker.Subscribe(client, "a.b", "a.*");
            wire.Keeps = false;
        }

        var message = worker.Message(Channel, 101);
        for (var i = 0; i < 100; i++) worker.Deal(message);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) worker.Deal(message);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
    }
}
