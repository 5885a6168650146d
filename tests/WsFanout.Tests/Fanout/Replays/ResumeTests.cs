using WsFanout.Clients;
using WsFanout.History;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout.Replays;

public sealed class ResumeTests
{
    [Fact]
    public void What_was_missed_is_sent_in_stream_order_between_the_ack_and_the_sync()
    {
        using var worker = new WorkerParts();
        worker.Deal(worker.Store("a", 101), worker.Store("b.x", 102), worker.Store("c", 103), worker.Store("a", 104), worker.Store("b.y", 105));
        var (client, wire) = worker.Join();

        worker.Receive(client, """{"type":"subscribe","id":3,"data":{"channels":["a","b.*"],"since":101,"epoch":"e1"}}""");
        worker.Deal(worker.Store("a", 106));

        Assert.Equal(["subscription_ack", "message 102", "message 104", "message 105", "sync 105", "message 106"], Told(wire));
        Assert.Equal(
            """{"type":"subscription_ack","id":3,"subscribed":["a","b.*"],"count":2,"seq":105,"ts":6000,"epoch":"e1","recovered":true,"recovery":[{"channel":"a","recovered":true,"from":102,"to":105,"count":1},{"channel":"b.*","recovered":true,"from":102,"to":105,"count":2}]}""",
            wire.Frames[0].ToJsonString());
        Assert.Equal(1, worker.Metric("""ws_resumes_total{outcome="recovered"}"""));
    }

    [Fact]
    public void Part_of_it_that_is_gone_is_a_gap_of_exactly_what_is_missing()
    {
        using var worker = new WorkerParts(historyOptions: new HistoryOptions { MessagesPerChannel = 2 });
        worker.Deal([.. Enumerable.Range(101, 6).Select(sequence => (StreamEntry)worker.Store(sequence % 2 == 0 ? "even" : "odd", sequence))]);
        var (client, wire) = worker.Join();

        worker.Receive(client, """{"type":"subscribe","data":{"channels":["odd","none","even"],"since":101,"epoch":"e1"}}""");

        // Of "odd" 101 is gone, which the client had; of "even" 102.
        Assert.Equal(["subscription_ack", "gap even 102-102 window", "message 103", "message 104", "message 105", "message 106", "sync 106"], Told(wire));
        Assert.False(wire.Frames[0]["recovered"]!.GetValue<bool>());
        Assert.Equal(
            """[{"channel":"odd","recovered":true,"from":102,"to":106,"count":2},{"channel":"even","recovered":false,"from":102,"to":106,"count":2}]""",
            wire.Frames[0]["recovery"]!.ToJsonString());
    }

    [Fact]
    public void Below_where_the_stream_is_followed_from_everything_is_a_gap()
    {
        using var worker = new WorkerParts();
        worker.Deal(worker.Store("a", 101));
        var (client, wire) = worker.Join();

        worker.Receive(client, """{"type":"subscribe","data":{"channels":["a","b.*","c"],"since":90,"epoch":"e1"}}""");

        Assert.Equal(["subscription_ack", "gap a 91-100 window", "gap b.* 91-100 window", "gap c 91-100 window", "message 101", "sync 101"], Told(wire).Order(StringComparer.Ordinal).OrderBy(told => told.StartsWith('g') ? 1 : told.StartsWith("message", StringComparison.Ordinal) ? 2 : told.StartsWith("sync", StringComparison.Ordinal) ? 3 : 0));
        Assert.Equal(1, worker.Metric("""ws_resumes_total{outcome="gap"}"""));
    }

    [Fact]
    public void A_hole_of_the_stream_is_told_again_in_its_place_and_only_from_the_position_on()
    {
        using var worker = new WorkerParts();
        worker.Deal(worker.Store("a", 101));
        worker.Deal(worker.StoreHole(102, 105));
        worker.Deal(worker.Store("a", 106));
        worker.Deal(worker.StoreHole(107, 107));
        var (early, earlyWire) = worker.Join();
        var (late, lateWire) = worker.Join();

        worker.Receive(early, """{"type":"subscribe","data":{"channels":["a"],"since":100,"epoch":"e1"}}""");
        worker.Receive(late, """{"type":"subscribe","data":{"channels":["a"],"since":103,"epoch":"e1"}}""");

        Assert.Equal(["subscription_ack", "message 101", "gap  102-105 upstream", "message 106", "gap  107-107 upstream", "sync 107"], Told(earlyWire));
        Assert.Equal(["subscription_ack", "gap  104-105 upstream", "message 106", "gap  107-107 upstream", "sync 107"], Told(lateWire));
        Assert.False(earlyWire.Frames[0]["recovered"]!.GetValue<bool>());
    }

    [Fact]
    public void The_newest_of_a_channel_is_given_though_it_is_past_its_age()
    {
        using var worker = new WorkerParts(historyOptions: new HistoryOptions { MaxAge = TimeSpan.FromSeconds(10) });
        worker.Deal(worker.Store("old", 101, 6_000), worker.Store("silent.1", 102, 6_001), worker.Store("silent.2", 103, 6_002), worker.Store("old", 104, 6_003), worker.Store("a", 105, 30_000));
        var (client, wire) = worker.Join();

        worker.Receive(client, """{"type":"subscribe","data":{"channels":["a","silent.*","old"],"since":100,"epoch":"e1"}}""");

        Assert.Equal(["subscription_ack", "gap old 101-101 window", "message 102", "message 103", "message 104", "message 105", "sync 105"], Told(wire));
    }

    [Fact]
    public void Above_a_hundred_channels_of_a_pattern_one_gap_stands_for_all_and_the_replay_starts_above_it()
    {
        using var worker = new WorkerParts(historyOptions: new HistoryOptions { MessagesPerChannel = 1 });
        for (var sequence = 101; sequence <= 402; sequence++) worker.Deal(worker.Store($"p.{sequence % 151}", sequence));
        var (client, wire) = worker.Join();
        var (given, givenWire) = worker.Join();
        worker.Subscribe(given, "other");
        worker.Deal(worker.Store("other", 403));

        worker.Receive(client, """{"type":"subscribe","data":{"channels":["p.>"],"since":100,"epoch":"e1"}}""");
        worker.Receive(given, """{"type":"subscribe","data":{"channels":["p.>"],"since":100,"epoch":"e1"}}""");

        Assert.Equal("gap p.> 101-251 window", Told(wire)[1]);
        Assert.Equal(Enumerable.Range(252, 151).Select(sequence => $"message {sequence}"), Told(wire).Skip(2).SkipLast(1));
        Assert.Equal("gap p.> 101-251 window", Assert.Single(Told(givenWire), told => told.StartsWith("gap", StringComparison.Ordinal)));
    }

    [Fact]
    public void Of_more_silent_channels_than_a_replay_remembers_the_rest_is_a_gap_of_the_pattern()
    {
        using var worker = new WorkerParts(historyOptions: new HistoryOptions { MaxAge = TimeSpan.FromSeconds(10) });
        for (var sequence = 101; sequence <= 1_800; sequence++) worker.Store($"p.{sequence}", sequence, 6_000);
        for (var sequence = 1_801; sequence <= 2_400; sequence++) worker.Deal(worker.Store("a", sequence, 60_000));
        var (client, wire) = worker.Join();

        worker.Receive(client, """{"type":"subscribe","data":{"channels":["p.>"],"since":100,"epoch":"e1"}}""");

        var gap = Assert.Single(wire.OfType("gap"));
        var given = wire.OfType("message").Select(message => message["seq"]!.GetValue<long>()).ToArray();
        Assert.Equal((101L, "p.>"), (gap["from"]!.GetValue<long>(), gap["channel"]!.GetValue<string>()));
        Assert.Equal(Enumerable.Range((int)gap["to"]!.GetValue<long>() + 1, given.Length).Select(sequence => (long)sequence), given);
        Assert.Equal(1_800, given.Length == 0 ? gap["to"]!.GetValue<long>() : given[^1]);
    }

    [Fact]
    public void A_channel_that_was_forgotten_is_a_gap_up_to_the_last_number_of_those()
    {
        using var worker = new WorkerParts(historyOptions: new HistoryOptions { MaxChannels = 2 });
        worker.Deal(worker.Store("a", 101), worker.Store("b", 102), worker.Store("c", 103), worker.Store("b", 104), worker.Store("a", 105));
        var (client, wire) = worker.Join();

        worker.Receive(client, """{"type":"subscribe","data":{"channels":["c"],"since":100,"epoch":"e1"}}""");
        worker.Receive(client, """{"type":"subscribe","data":{"channels":["a"],"since":100,"epoch":"e1"}}""");
        worker.Receive(client, """{"type":"subscribe","data":{"channels":["*"],"since":100,"epoch":"e1"}}""");

        // "c" went for "a", which had gone for "c" before.
        Assert.Equal(
            ["subscription_ack", "gap c 101-103 window", "sync 105", "subscription_ack", "gap a 101-103 window", "message 105", "sync 105", "subscription_ack", "gap * 101-103 window", "message 104", "sync 105"],
            Told(wire));
    }

    [Fact]
    public void Another_epoch_or_a_time_that_does_not_fit_is_another_stream()
    {
        using var worker = new WorkerParts();
        worker.Deal(worker.Store("a", 101, 7_000), worker.Store("a", 103, 9_000));
        worker.Deal(worker.StoreHole(104, 104));
        string[] others = ["\"since\":101,\"epoch\":\"other\"", "\"since\":101,\"epoch\":\"e1\",\"at\":7001", "\"since\":102,\"epoch\":\"e1\",\"at\":5999", "\"since\":102,\"epoch\":\"e1\",\"at\":10001"];
        string[] same = ["\"since\":101,\"epoch\":\"e1\",\"at\":7000", "\"since\":102,\"epoch\":\"e1\",\"at\":7000", "\"since\":104,\"epoch\":\"e1\",\"at\":9000"];

        Assert.All(others, position => Assert.Equal(["subscription_ack", "reset", "sync 104"], Answer(worker, position)));
        Assert.All(same, position => Assert.DoesNotContain("reset", Answer(worker, position)));
    }

    [Fact]
    public void What_leaves_the_history_while_it_is_replayed_is_told_in_its_place()
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueBytes = 1 << 20 }, new HistoryOptions { MessagesPerChannel = 200 }) { Replays = false };
        for (var sequence = 101; sequence <= 300; sequence++) worker.Deal(worker.Store("a", sequence, payloadBytes: 1000));
        var (client, wire) = worker.Join();
        worker.Receive(client, """{"type":"subscribe","data":{"channels":["a"],"since":100,"epoch":"e1"}}""");

        // One turn: the survey, and the first batch.
        worker.Roster.ReplayOne();
        for (var sequence = 301; sequence <= 420; sequence++) worker.Store("a", sequence);
        worker.Replays = true;
        worker.Pass(TimeSpan.FromMilliseconds(100));

        var told = Told(wire);
        var gap = Assert.Single(told, text => text.StartsWith("gap a", StringComparison.Ordinal));
        var lastBefore = told[told.IndexOf(gap) - 1];
        Assert.Equal($"gap a {int.Parse(lastBefore[8..], System.Globalization.CultureInfo.InvariantCulture) + 1}-220 window", gap);
        Assert.Equal("message 221", told[told.IndexOf(gap) + 1]);
        Assert.Equal("sync 300", told[^1]);
    }

    [Fact]
    public void A_history_that_is_another_stream_s_already_gives_nothing()
    {
        using var worker = new WorkerParts();
        worker.Deal(worker.Store("a", 101));
        var (client, wire) = worker.Join();
        worker.History.Clear(new Position("e2", 200, 1));
        worker.Store("a", 201);

        worker.Receive(client, """{"type":"subscribe","data":{"channels":["a"],"since":100,"epoch":"e1"}}""");

        Assert.Equal(["subscription_ack", "gap a 101-101 window", "sync 101"], Told(wire));
    }

    [Fact]
    public void A_stream_that_was_rolled_back_is_another_one_though_its_epoch_is_the_same()
    {
        using var worker = new WorkerParts();
        worker.Deal(worker.Store("a", 101), worker.Store("a", 102));
        var (early, earlyWire) = worker.Join();
        var (ahead, aheadWire) = worker.Join();
        worker.Receive(ahead, """{"type":"subscribe","data":{"channels":["a"],"since":110,"epoch":"e1"}}""");

        // The intake follows it already, and this worker does not know yet.
        worker.History.Clear(new Position("e1", 100, 1));
        var other = worker.Store("a", 101);
        worker.Receive(early, """{"type":"subscribe","data":{"channels":["a"],"since":100,"epoch":"e1"}}""");
        worker.Deal(Reset.To("e1", 100, 1, worker.History.Window.Generation));
        worker.Deal(other);

        Assert.Equal(["subscription_ack", "gap a 101-102 window", "sync 102", "reset", "message 101"], Told(earlyWire));
        Assert.Equal(["subscription_ack", "reset", "sync 100", "message 101"], Told(aheadWire));
    }

    [Fact]
    public void Live_messages_wait_behind_a_replay_within_the_bounds_and_beyond_them_a_gap_stands_for_the_oldest()
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueMessages = 3, SendBurstTime = TimeSpan.Zero, SlowClientPolicy = SlowClientPolicy.Disconnect }) { Replays = false };
        worker.Deal(worker.Store("a", 101));
        var (client, wire) = worker.Join();
        worker.Receive(client, """{"type":"subscribe","data":{"channels":["a"],"since":100,"epoch":"e1"}}""");

        for (var sequence = 102; sequence <= 110; sequence++) worker.Deal(worker.Store("a", sequence));
        worker.Replays = true;
        worker.Pass(TimeSpan.FromMilliseconds(100));

        Assert.Equal(["subscription_ack", "message 101", "sync 101", "gap  102-107 slow", "message 108", "message 109", "message 110"], Told(wire));
        Assert.Null(client.Closing);
        Assert.Equal(6, worker.Metric("""ws_messages_dropped_total{reason="slow"}"""));
    }

    [Fact]
    public void A_client_that_is_closed_in_a_replay_gets_no_message_from_behind_it()
    {
        using var worker = new WorkerParts { Replays = false };
        worker.Deal(worker.Store("a", 101));
        var (client, wire) = worker.Join();
        worker.Receive(client, """{"type":"subscribe","data":{"channels":["a"],"since":100,"epoch":"e1"}}""");
        worker.Deal(worker.Store("a", 102));

        worker.Roster.Close(client, CloseReason.Draining);

        Assert.Equal(["bye"], Told(wire));
        Assert.Equal(CloseReason.Draining, wire.Closed);
        Assert.Equal(1, worker.Metric("""ws_messages_dropped_total{reason="closed"}"""));
    }

    private static List<string> Answer(WorkerParts worker, string position)
    {
        var (client, wire) = worker.Join();
        worker.Receive(client, $$$"""{"type":"subscribe","data":{"channels":["a"],{{{position}}}}}""");
        return Told(wire);
    }

    private static List<string> Told(TestWire wire) => [.. wire.Frames.Select(ReplayText.Of)];
}
