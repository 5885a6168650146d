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
        using var worker = new WorkerParts(new ClientOptions { SendQueueMessages = 10, SendBurstTime = TimeSpan.Zero, SlowClientPolicy = SlowClientPolicy.Disconnect });
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
    public void One_delivery_in_so_many_is_lost_when_a_test_asks_for_it_and_nobody_is_told()
    {
        using var worker = new WorkerParts(losesOneIn: 7);
        var wires = Enumerable.Range(0, 3).Select(_ =>
        {
            var (client, wire) = worker.Join();
            worker.Subscribe(client, "a.b");
            return wire;
        }).ToArray();

        for (var i = 0; i < 70; i += 2) worker.Deal(worker.Message(Channel, 101 + i), worker.Message(Channel, 102 + i));

        Assert.Equal((3 * 70) - (3 * 70 / 7), wires.Sum(wire => wire.OfType("message").Count()));
        Assert.All(wires, wire => Assert.Empty(wire.OfType("gap")));
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
