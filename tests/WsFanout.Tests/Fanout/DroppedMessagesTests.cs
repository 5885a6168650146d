using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout;

/// <summary>Whatever a client was owed and never got is counted once, with its reason.</summary>
public sealed class DroppedMessagesTests
{
    private static readonly Channel Channel = new("a");

    [Fact]
    public void A_slow_client_s_queue_and_the_message_that_found_it_full_are_dropped()
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueMessages = 10, SendBurstTime = TimeSpan.Zero, SlowClientPolicy = SlowClientPolicy.Disconnect });
        var (client, _) = Stuck(worker);

        // One is on its way, ten wait, one finds no room; what comes after is owed no more.
        for (var sequence = 101; client.Closing is null; sequence++) worker.Deal(worker.Message(Channel, sequence));
        worker.Deal(worker.Message(Channel, 200));
        worker.Roster.Remove(client, CloseReason.ConnectionLost);

        Assert.Equal((11, 0, 0), Dropped(worker));
    }

    [Fact]
    public void What_waits_for_a_client_that_goes_is_lost_with_its_connection()
    {
        using var worker = new WorkerParts();
        var (client, _) = Stuck(worker);
        for (var sequence = 101; sequence <= 106; sequence++) worker.Deal(worker.Message(Channel, sequence));

        worker.Roster.Remove(client, CloseReason.ConnectionLost);

        Assert.Equal((0, 0, 5), Dropped(worker));
    }

    [Fact]
    public void What_waits_for_a_client_that_has_no_right_to_it_any_more_is_dropped_by_the_close()
    {
        using var worker = new WorkerParts();
        var (client, _) = Stuck(worker);
        for (var sequence = 101; sequence <= 106; sequence++) worker.Deal(worker.Message(Channel, sequence));

        worker.Roster.Close(client, CloseReason.BadRequests);
        worker.Roster.Remove(client, CloseReason.ConnectionLost);

        Assert.Equal((0, 5, 0), Dropped(worker));
    }

    [Fact]
    public void A_drained_client_gets_what_waits_and_nothing_is_counted()
    {
        using var worker = new WorkerParts();
        var (client, wire) = Stuck(worker);
        for (var sequence = 101; sequence <= 106; sequence++) worker.Deal(worker.Message(Channel, sequence));

        worker.Roster.Close(client, CloseReason.Draining);
        wire.BatchDone();
        worker.Roster.Flush(client);
        worker.Roster.Remove(client, CloseReason.ConnectionLost);

        Assert.Equal(5, wire.OfType("message").Count());
        Assert.Equal((0, 0, 0), Dropped(worker));
    }

    private static (Client Client, TestWire Wire) Stuck(WorkerParts worker)
    {
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a");
        wire.IsStuck = true;
        return (client, wire);
    }

    private static (double Slow, double Closed, double Disconnected) Dropped(WorkerParts worker) =>
        (Dropped(worker, "slow"), Dropped(worker, "closed"), Dropped(worker, "disconnected"));

    private static double Dropped(WorkerParts worker, string reason) => worker.Metric($"ws_messages_dropped_total{{reason=\"{reason}\"}}");
}
