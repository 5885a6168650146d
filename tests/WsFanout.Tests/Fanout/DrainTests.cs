using WsFanout.Clients;
using WsFanout.Fanout;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout;

public sealed class DrainTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_drain_closes_everybody_evenly_over_its_window()
    {
        using var worker = new WorkerParts();
        var wires = Enumerable.Range(0, 100).Select(_ => worker.Join().Wire).ToArray();
        var order = Order(worker, wires.Length);

        for (var second = 1; second <= 10; second++)
        {
            worker.Pass(TimeSpan.FromSeconds(1), order);
            Assert.Equal(second * 10, wires.Count(wire => wire.Closed is not null));
        }

        Assert.All(wires, wire => Assert.Equal(CloseReason.Draining, wire.Closed));
    }

    [Fact]
    public void Workers_with_very_different_crowds_are_done_at_the_same_time_and_share_the_slots()
    {
        using var large = new WorkerParts();
        using var small = new WorkerParts();
        var many = Enumerable.Range(0, 95).Select(_ => large.Join().Wire).ToArray();
        var few = Enumerable.Range(0, 5).Select(_ => small.Join().Wire).ToArray();
        var order = Order(large, 100);

        for (var second = 0; second < 5; second++)
        {
            large.Pass(TimeSpan.FromSeconds(1), order);
            small.Pass(TimeSpan.FromSeconds(1), order);
        }

        Assert.InRange(many.Count(wire => wire.Closed is not null), 46, 48);
        Assert.Equal(2, few.Count(wire => wire.Closed is not null));
        large.Pass(TimeSpan.FromSeconds(5), order);
        small.Pass(TimeSpan.FromSeconds(5), order);

        // A hundred slots of 20 ms, each given once.
        Assert.Equal(Enumerable.Range(0, 100), many.Concat(few).Select(RetryMs).Order().Select(retry => retry / 20));
    }

    [Fact]
    public void Whoever_still_joins_is_welcomed_and_goes_with_the_last()
    {
        using var worker = new WorkerParts();
        var wires = Enumerable.Range(0, 10).Select(_ => worker.Join().Wire).ToArray();
        var order = Order(worker, wires.Length);
        worker.Pass(TimeSpan.FromSeconds(5), order);

        var (_, late) = worker.Join();
        worker.Pass(TimeSpan.FromSeconds(4), order);
        Assert.Null(late.Closed);
        worker.Pass(TimeSpan.FromSeconds(1), order);
        var (_, latest) = worker.Join();
        worker.Pass(TimeSpan.FromSeconds(0.1), order);

        Assert.All(wires.Append(late).Append(latest), wire => Assert.Equal(CloseReason.Draining, wire.Closed));
        Assert.All(new[] { late, latest }, wire => Assert.InRange(RetryMs(wire), 0, 2000));
    }

    [Fact]
    public void Messages_go_on_to_those_who_were_not_sent_away_yet()
    {
        using var worker = new WorkerParts();
        var clients = Enumerable.Range(0, 10).Select(_ => worker.Join()).ToArray();
        foreach (var (client, _) in clients) worker.Subscribe(client, "a");
        worker.Pass(TimeSpan.FromSeconds(4), Order(worker, 10));

        worker.Deal(worker.Message(new Channel("a"), 101));

        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1, 1, 1], clients.Select(joined => joined.Wire.OfType("message").Count()));
    }

    [Fact]
    public void Whoever_leaves_by_itself_leaves_out_nobody()
    {
        using var worker = new WorkerParts();
        var clients = Enumerable.Range(0, 100).Select(_ => worker.Join()).ToArray();
        var order = Order(worker, clients.Length);

        foreach (var (client, _) in clients.Where((_, index) => index % 3 == 0))
        {
            worker.Pass(TimeSpan.FromSeconds(0.2), order);
            worker.Roster.Remove(client, CloseReason.ConnectionLost);
        }

        worker.Pass(Window, order);

        Assert.All(clients.Where((_, index) => index % 3 != 0), joined => Assert.Equal(CloseReason.Draining, joined.Wire.Closed));
    }

    [Fact]
    public void The_worker_sleeps_no_longer_than_to_the_next_goodbye()
    {
        using var worker = new WorkerParts();
        for (var i = 0; i < 1000; i++) worker.Join();
        var order = Order(worker, 1000);
        worker.Pass(TimeSpan.FromSeconds(1), order);

        Assert.InRange(worker.UntilNextLook, TimeSpan.Zero, TimeSpan.FromMilliseconds(10));
    }

    [Fact]
    public void Without_a_window_all_go_at_once_in_turns_that_stay_short()
    {
        using var worker = new WorkerParts();
        var wires = Enumerable.Range(0, 1000).Select(_ => worker.Join().Wire).ToArray();
        var order = new DrainOrder(worker.Clock.GetTimestamp(), TimeSpan.Zero, new ReturnSlots(1000, 1000));

        Assert.True(worker.Look(order));
        Assert.InRange(wires.Count(wire => wire.Closed is not null), 1, 999);
        for (var turns = 0; turns < 4; turns++) worker.Look(order);

        Assert.All(wires, wire => Assert.Equal(CloseReason.Draining, wire.Closed));
    }

    [Fact]
    public void Who_is_behind_and_takes_bytes_gets_what_waits_before_the_goodbye_however_long_the_grace()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a");
        wire.Room = 0;
        worker.Deal(worker.Message(new Channel("a"), 101), worker.Message(new Channel("a"), 102));
        wire.IsProgressing = true;

        worker.Pass(Window + TimeSpan.FromSeconds(5), Order(worker, 1));
        Assert.False(wire.IsAborted);
        Assert.Null(wire.Closed);
        wire.Drain(1_000_000);
        worker.Pass(TimeSpan.FromSeconds(0.1));

        var text = System.Text.Encoding.UTF8.GetString([.. wire.Bytes]);
        Assert.True(text.IndexOf("\"seq\":101", StringComparison.Ordinal) < text.IndexOf("\"seq\":102", StringComparison.Ordinal));
        Assert.True(text.IndexOf("\"seq\":102", StringComparison.Ordinal) < text.IndexOf("\"bye\"", StringComparison.Ordinal));
        Assert.Equal(CloseReason.Draining, wire.Closed);

        // The time to answer counts from the close frame.
        worker.Pass(TimeSpan.FromSeconds(1.5));
        Assert.False(wire.IsAborted);
        worker.Pass(TimeSpan.FromSeconds(1));
        Assert.True(wire.IsAborted);
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 12)]
    public void Who_does_not_take_what_waits_is_cut(bool takesBytes, int seconds)
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a");
        wire.IsStuck = true;
        worker.Deal(worker.Message(new Channel("a"), 101));
        worker.Pass(TimeSpan.FromSeconds(3));
        wire.IsProgressing = takesBytes;
        worker.Roster.Close(client, CloseReason.ConnectionAge);

        worker.Pass(TimeSpan.FromSeconds(seconds - 0.5));
        Assert.False(wire.IsAborted);
        worker.Pass(TimeSpan.FromSeconds(1.5));

        Assert.True(wire.IsAborted);
    }

    private static DrainOrder Order(WorkerParts worker, int clients) => new(worker.Clock.GetTimestamp(), Window, new ReturnSlots(clients, clients / 2.0));

    private static int RetryMs(TestWire wire) => wire.OfType("bye").Single()["retry_ms"]!.GetValue<int>();
}
