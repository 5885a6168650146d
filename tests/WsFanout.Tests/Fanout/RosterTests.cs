using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout;

public sealed class RosterTests
{
    [Fact]
    public void A_wire_that_was_let_go_is_asked_for_nothing_any_more()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        worker.Join();
        client.Queue.AddAnswer(Frame.Text("{}"u8));
        worker.Roster.HasWork(client);

        worker.Roster.Remove(client, CloseReason.ConnectionLost);
        worker.Roster.Flush();

        Assert.True(wire.IsReleased);
        Assert.Empty(wire.Frames);
    }

    [Fact]
    public void A_goodbye_and_the_close_frame_wait_for_the_batch_that_is_on_its_way()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a");
        wire.IsStuck = true;
        worker.Deal(worker.Message(new Channel("a"), 101));
        worker.Deal(worker.Message(new Channel("a"), 102));

        worker.Roster.Close(client, CloseReason.Draining, retryMs: 1234);
        Assert.Null(wire.Closed);
        wire.BatchDone();
        FlushAsTheLoopDoes(worker);

        Assert.Equal(["message", "bye"], wire.Frames.TakeLast(2).Select(frame => frame["type"]!.GetValue<string>()));
        Assert.Equal("""{"type":"bye","code":4200,"reason":"draining","retry_ms":1234}""", wire.Frames[^1].ToJsonString());
        Assert.Equal(CloseReason.Draining, wire.Closed);
    }

    [Fact]
    public void The_first_reason_stands()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();

        worker.Roster.Close(client, CloseReason.RateExceeded);
        worker.Roster.Close(client, CloseReason.Draining);
        worker.Roster.Remove(client, CloseReason.ConnectionLost);

        Assert.Equal(CloseReason.RateExceeded, client.Closing);
        Assert.Single(wire.OfType("bye"));
        Assert.Equal(0, worker.Roster.Count);
    }

    private static void FlushAsTheLoopDoes(WorkerParts worker)
    {
        foreach (var client in worker.Roster.Clients.ToArray())
        {
            worker.Roster.Flush(client);
            worker.Roster.Flush(client);
        }
    }
}
