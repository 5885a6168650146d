using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout;

public sealed class ClientCareTests
{
    [Fact]
    public void A_client_is_pinged_every_interval_and_closed_when_it_stays_silent()
    {
        using var worker = new WorkerParts();
        var (_, answering) = worker.Join();
        var (_, silent) = worker.Join();

        for (var second = 0; second < 100; second++)
        {
            worker.Pass(TimeSpan.FromSeconds(1));
            answering.LastReceivedAt = worker.Clock.GetTimestamp();
        }

        Assert.InRange(answering.Pings, 3, 4);
        Assert.Null(answering.Closed);
        Assert.Equal(1, silent.Pings);
        Assert.Equal(CloseReason.NoLifeSign, silent.Closed);
        Assert.Equal(4102, silent.OfType("bye").Single()["code"]!.GetValue<int>());
    }

    [Fact]
    public void After_a_stall_of_its_own_the_server_gives_everyone_one_more_interval()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        while (wire.Pings == 0) worker.Pass(TimeSpan.FromSeconds(1));

        worker.Stall(TimeSpan.FromSeconds(60));
        worker.Pass(TimeSpan.FromSeconds(20));
        Assert.Null(client.Closing);
        worker.Pass(TimeSpan.FromSeconds(15));

        Assert.Equal(CloseReason.NoLifeSign, client.Closing);
    }

    [Fact]
    public void Who_got_no_message_is_told_the_position()
    {
        using var worker = new WorkerParts();
        var (busy, busyWire) = worker.Join();
        var (_, idleWire) = worker.Join();
        worker.Subscribe(busy, "a");

        for (var second = 0; second < 25; second++)
        {
            worker.Deal(worker.Message(new Channel("a"), 101 + second));
            worker.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.Empty(busyWire.OfType("position"));
        Assert.Equal(2, idleWire.OfType("position").Count());
        Assert.InRange(idleWire.OfType("position").Last()["seq"]!.GetValue<long>(), 101, 125);
    }

    [Fact]
    public void A_client_that_takes_no_byte_for_too_long_is_closed_and_cut()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a");
        wire.IsStuck = true;
        worker.Deal(worker.Message(new Channel("a"), 101));

        worker.Pass(TimeSpan.FromSeconds(9));
        Assert.Null(client.Closing);
        worker.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(CloseReason.SlowClient, client.Closing);
        Assert.False(wire.IsAborted);
        worker.Pass(TimeSpan.FromSeconds(3));

        Assert.True(wire.IsAborted);
    }

    [Fact]
    public void A_message_that_never_ends_is_given_thirty_seconds_whatever_else_comes()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        wire.UnfinishedSince = worker.Clock.GetTimestamp();

        for (var second = 0; second < 30; second++)
        {
            worker.Pass(TimeSpan.FromSeconds(1));
            wire.LastReceivedAt = worker.Clock.GetTimestamp();
        }

        Assert.Null(client.Closing);
        worker.Pass(TimeSpan.FromSeconds(3));

        Assert.Equal(CloseReason.ProtocolError, client.Closing);
        Assert.Equal(CloseReason.ProtocolError, wire.Closed);
    }

    [Fact]
    public void Messages_that_end_in_time_may_come_one_after_the_other()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();

        for (var second = 0; second < 200; second++)
        {
            if (second % 20 == 0) wire.UnfinishedSince = worker.Clock.GetTimestamp();
            worker.Pass(TimeSpan.FromSeconds(1));
            wire.LastReceivedAt = worker.Clock.GetTimestamp();
        }

        Assert.Null(client.Closing);
    }

    [Fact]
    public void A_ping_that_waits_behind_what_moves_has_asked_nothing()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        wire.IsStuck = wire.HoldsPings = wire.IsProgressing = true;

        worker.Pass(TimeSpan.FromSeconds(120));

        Assert.Equal(1, wire.Pings);
        Assert.Null(client.Closing);
    }

    [Fact]
    public void A_ping_that_could_not_leave_is_answered_by_whatever_moves_in_its_time_or_never()
    {
        using var worker = new WorkerParts(new ClientOptions { PingInterval = TimeSpan.FromSeconds(4), PongTimeout = TimeSpan.FromSeconds(3), SlowClientTimeout = TimeSpan.FromMinutes(1) });
        var (silent, silentWire) = worker.Join();
        var (slow, slowWire) = worker.Join();
        foreach (var client in new[] { silent, slow }) worker.Subscribe(client, "a");
        foreach (var wire in new[] { silentWire, slowWire }) wire.IsStuck = wire.HoldsPings = true;
        worker.Deal(worker.Store("a", 101));

        for (var second = 0; second < 30; second++)
        {
            worker.Pass(TimeSpan.FromSeconds(1));
            if (second % 2 == 0) slowWire.IsProgressing = !slowWire.IsProgressing;
            if (second == 2) Assert.Null(silent.Closing);
            if (second == 8) Assert.Equal(CloseReason.NoLifeSign, silent.Closing);
        }

        Assert.Null(slow.Closing);
    }

    [Fact]
    public void Whoever_moved_once_after_a_ping_was_due_and_never_again_is_let_go_all_the_same()
    {
        using var worker = new WorkerParts(new ClientOptions { PingInterval = TimeSpan.FromSeconds(4), PongTimeout = TimeSpan.FromSeconds(3), SlowClientTimeout = TimeSpan.FromMinutes(9) });
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a");
        wire.IsStuck = wire.HoldsPings = true;
        worker.Deal(worker.Store("a", 101));
        worker.Pass(TimeSpan.FromSeconds(4));
        wire.IsProgressing = true;
        worker.Pass(TimeSpan.FromSeconds(1));
        wire.IsProgressing = false;
        worker.Pass(TimeSpan.FromSeconds(2));
        Assert.Null(client.Closing);

        worker.Pass(TimeSpan.FromSeconds(4));

        Assert.Equal(CloseReason.NoLifeSign, client.Closing);
    }

    [Fact]
    public void A_ping_that_waits_for_a_writer_of_ours_though_nothing_blocks_has_asked_nothing()
    {
        using var worker = new WorkerParts(new ClientOptions { PongTimeout = TimeSpan.FromSeconds(1) });
        var (client, wire) = worker.Join();
        wire.HoldsPings = true;

        worker.Pass(TimeSpan.FromSeconds(120));

        Assert.Null(client.Closing);
    }

    [Fact]
    public void A_socket_that_takes_no_control_frame_is_slow_though_no_message_waits()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        wire.IsStuck = wire.HoldsPings = true;

        worker.Pass(TimeSpan.FromSeconds(9));
        Assert.Null(client.Closing);
        worker.Pass(TimeSpan.FromSeconds(4));

        Assert.Equal(CloseReason.SlowClient, client.Closing);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(24)]
    public void A_jump_of_the_wall_clock_closes_nobody_and_brings_no_ping_forward(int hours)
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a");

        for (var second = 0; second < 100; second++)
        {
            if (second % 20 == 10) worker.Clock.SetWallClockBy(TimeSpan.FromHours(hours));
            worker.Pass(TimeSpan.FromSeconds(1));
            wire.LastReceivedAt = worker.Clock.GetTimestamp();
        }

        Assert.InRange(wire.Pings, 3, 4);
        Assert.Null(client.Closing);
    }

    [Fact]
    public void A_client_that_has_gone_gives_back_everything_once()
    {
        using var worker = new WorkerParts();
        var (first, firstWire) = worker.Join();
        var (second, _) = worker.Join();
        worker.Subscribe(first, "a", "b.*");
        worker.Subscribe(second, "a");

        worker.Roster.Remove(first, CloseReason.ConnectionLost);
        worker.Deal(worker.Message(new Channel("a"), 101));

        Assert.True(firstWire.IsReleased);
        Assert.Equal(1, worker.Roster.Count);
        Assert.Equal(0, second.Slot);
        Assert.Empty(firstWire.OfType("message"));
    }

    [Fact]
    public void A_sleep_lasts_to_the_next_look_so_that_the_loop_never_spins_towards_it()
    {
        using var worker = new WorkerParts();
        worker.Join();

        for (var step = 0; step < 1_000; step++)
        {
            worker.Clock.Advance(TimeSpan.FromSeconds(0.0003));
            var sleep = worker.UntilNextLook;
            Assert.Equal(sleep.TotalMilliseconds, Math.Floor(sleep.TotalMilliseconds));
            if (sleep == TimeSpan.Zero) worker.Pass(TimeSpan.FromMilliseconds(100));
        }
    }
}
