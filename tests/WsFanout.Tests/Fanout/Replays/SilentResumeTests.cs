using WsFanout.History;

namespace WsFanout.Tests.Fanout.Replays;

/// <summary>Positions and snapshots where the History knows the newest of channels from below its floor, as after a start.</summary>
public sealed class SilentResumeTests
{
    [Fact]
    public void Last_shows_it()
    {
        using var worker = new WorkerParts();
        worker.StoreSilent("s.1", 90);
        worker.StoreSilent("s.2", 95);
        worker.Deal(worker.Store("s.3", 101));
        var (client, wire) = worker.Join();

        worker.Receive(client, """{"type":"subscribe","data":{"channels":["s.2","s.*"],"last":true}}""");
        worker.Deal(worker.Store("s.1", 102));
        worker.Receive(client, """{"type":"subscribe","data":{"channels":["s.1"],"last":true}}""");

        var told = Told(wire);
        Assert.Equal(["snapshot s.1 90", "snapshot s.2 95", "snapshot s.3 101"], told.Where(one => one.StartsWith("snapshot", StringComparison.Ordinal)).Take(3).Order(StringComparer.Ordinal));
        Assert.Equal(["message 102", "subscription_ack", "snapshot s.1 102", "sync 102"], told.TakeLast(4));
        Assert.Equal(90, wire.OfType("message").Single()["prev"]!.GetValue<long>());
    }

    [Theory]
    [InlineData(80)]
    [InlineData(90)]
    [InlineData(94)]
    [InlineData(99)]
    public void A_position_below_the_floor_is_told_a_gap_up_to_it_and_given_nothing_from_there(long since)
    {
        using var worker = new WorkerParts();
        worker.StoreSilent("s.1", 90);
        worker.StoreSilent("s.2", 95);
        worker.Deal(worker.Store("a", 101));
        var (single, singleWire) = worker.Join();
        var (pattern, patternWire) = worker.Join();

        worker.Receive(single, $$$"""{"type":"subscribe","data":{"channels":["s.2"],"since":{{{since}}},"epoch":"e1"}}""");
        worker.Receive(pattern, $$$"""{"type":"subscribe","data":{"channels":[">"],"since":{{{since}}},"epoch":"e1"}}""");

        Assert.Equal(["subscription_ack", $"gap s.2 {since + 1}-100 window", "sync 101"], Told(singleWire));
        Assert.Equal(["subscription_ack", $"gap > {since + 1}-100 window", "message 101", "sync 101"], Told(patternWire));
    }

    [Fact]
    public void A_position_at_or_above_the_floor_is_recovered_and_a_look_back_is_a_gap_up_to_it()
    {
        using var worker = new WorkerParts();
        worker.StoreSilent("s.1", 90);
        worker.Deal(worker.Store("a", 101));
        var (client, wire) = worker.Join();

        worker.Receive(client, """{"type":"subscribe","data":{"channels":["s.1"],"since":100,"epoch":"e1"}}""");
        worker.Receive(client, """{"type":"replay","data":{"since":50}}""");

        Assert.Equal(["subscription_ack", "sync 101", "begin 51-101", "gap s.1 51-100 window", "complete 0"], Told(wire));
        Assert.True(wire.Frames[0]["recovered"]!.GetValue<bool>());
    }

    [Fact]
    public void More_of_them_than_a_replay_remembers_make_no_gap_longer()
    {
        using var worker = new WorkerParts(historyOptions: new HistoryOptions { MaxAge = TimeSpan.FromSeconds(10) });
        for (var channel = 0; channel < 2_000; channel++) worker.StoreSilent($"s.{channel}", 50 + (channel / 50));
        for (var sequence = 101; sequence <= 120; sequence++) worker.Deal(worker.Store($"kept.{sequence}", sequence, 6_000));

        // So many that the log no longer reaches back to those that are kept.
        for (var sequence = 121; sequence <= 620; sequence++) worker.Deal(worker.Store("a", sequence, 60_000));
        var (client, wire) = worker.Join();

        worker.Receive(client, """{"type":"subscribe","data":{"channels":[">"],"since":40,"epoch":"e1"}}""");

        Assert.Equal(
            [
                "subscription_ack", "gap > 41-100 window", "gap a 101-520 window",
                .. Enumerable.Range(101, 20).Concat(Enumerable.Range(521, 100)).Select(sequence => $"message {sequence}"), "sync 620",
            ],
            Told(wire));
    }

    private static string[] Told(TestWire wire) => [.. wire.Frames.Select(ReplayText.Of)];
}
