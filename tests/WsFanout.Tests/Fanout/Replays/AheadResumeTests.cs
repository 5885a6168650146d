using System.Text.Json.Nodes;
using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout.Replays;

/// <summary>Resumes from positions that this server has not reached.</summary>
public sealed class AheadResumeTests
{
    [Fact]
    public void A_name_that_waits_for_the_server_to_come_there_is_one_subscription_however_often_it_is_asked_for()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();

        worker.Receive(client, """{"type":"subscribe","data":{"channels":["a"],"since":103,"epoch":"e1"}}""");
        worker.Subscribe(client, "a");
        for (var sequence = 101; sequence <= 104; sequence++) worker.Deal(worker.Store("a", sequence));

        Assert.Equal([1, 1], wire.OfType("subscription_ack").Select(ack => ack["count"]!.GetValue<int>()));
        Assert.Equal(["subscription_ack", "subscription_ack", "sync 103", "message 104"], Told(wire));
    }

    [Fact]
    public void A_client_that_is_ahead_waits_until_the_server_is_there_and_is_given_nothing_twice()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "other");

        worker.Receive(client, """{"type":"subscribe","id":1,"data":{"channels":["a","b"],"since":103,"epoch":"e1"}}""");
        worker.Receive(client, """{"type":"unsubscribe","data":{"channels":["b"]}}""");
        worker.Deal(worker.Store("a", 101), worker.Store("other", 102));
        worker.Deal(worker.Store("a", 103), worker.Store("a", 104), worker.Store("b", 105));
        worker.Deal(worker.Store("a", 106));

        Assert.Equal(["subscription_ack", "subscription_ack", "unsubscription_ack", "message 102", "message 104", "sync 105", "message 106"], Told(wire));
        Assert.Equal("""[3,true]""", new JsonArray(wire.Frames[1]["count"]!.DeepClone(), wire.Frames[1]["recovered"]!.DeepClone()).ToJsonString());
        Assert.Equal(2, wire.Frames[2]["count"]!.GetValue<int>());
    }

    [Fact]
    public void Clients_that_are_ahead_by_different_numbers_begin_each_at_its_own_and_who_leaves_is_forgotten()
    {
        using var worker = new WorkerParts();
        var joined = Enumerable.Range(0, 5).Select(_ => worker.Join()).ToArray();
        for (var i = 0; i < 5; i++) worker.Receive(joined[i].Client, $$$"""{"type":"subscribe","data":{"channels":["a"],"since":{{{101 + i}}},"epoch":"e1"}}""");
        worker.Requests.Forget(joined[2].Client);
        worker.Roster.Remove(joined[2].Client, CloseReason.ConnectionLost);

        for (var sequence = 101; sequence <= 106; sequence++) worker.Deal(worker.Store("a", sequence));

        Assert.Equal(["subscription_ack", "sync 101", "message 102", "message 103", "message 104", "message 105", "message 106"], Told(joined[0].Wire));
        Assert.Equal(["subscription_ack"], Told(joined[2].Wire));
        Assert.Equal(["subscription_ack", "sync 105", "message 106"], Told(joined[4].Wire));
    }

    [Fact]
    public void Resumes_from_above_that_wait_are_bounded()
    {
        using var worker = new WorkerParts(new ClientOptions { RequestsPerSecond = 0 });
        var (client, wire) = worker.Join();

        for (var i = 0; i < 100; i++) worker.Receive(client, """{"type":"subscribe","data":{"channels":["a"],"since":500,"epoch":"e1"}}""");

        Assert.Equal(64, wire.OfType("subscription_ack").Count());
        Assert.Equal(36, wire.OfType("error").Count(error => error["code"]!.GetValue<string>() == "unavailable"));
    }

    [Fact]
    public void A_client_that_is_ahead_when_the_stream_becomes_another_one_begins_with_it()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        worker.Receive(client, """{"type":"subscribe","id":1,"data":{"channels":["a"],"since":500,"epoch":"e1"}}""");

        worker.History.Clear(new Position("e2", 0, 1));
        worker.Deal(Reset.To("e2", 0, 1, worker.History.Window.Generation));
        worker.Deal(worker.Store("a", 1));

        Assert.Equal(["subscription_ack", "reset", "sync 0", "message 1"], Told(wire));
    }

    [Fact]
    public void A_client_that_is_ahead_of_the_stream_itself_was_given_another_one()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        worker.Tail.Saw("e1", 300, worker.Clock.GetTimestamp());
        worker.Receive(client, """{"type":"subscribe","id":1,"data":{"channels":["a"],"since":500,"epoch":"e1"}}""");
        Assert.True(worker.Tail.TakeWish());

        // What was seen before it asked decides nothing.
        worker.Pass(TimeSpan.FromMilliseconds(100));
        Assert.Equal(["subscription_ack"], Told(wire));
        worker.Tail.Saw("e1", 400, worker.Clock.GetTimestamp());
        worker.Deal(worker.Store("a", 101));
        worker.Deal(worker.Store("a", 102));

        Assert.Equal(["subscription_ack", "reset", "sync 101", "message 102"], Told(wire));
    }

    [Theory]
    [InlineData(103, 8_000, 8_000, false)]
    [InlineData(103, 8_001, 8_000, true)]
    [InlineData(103, 12, 8_000, true)]
    [InlineData(103, 12, 12, false)]
    [InlineData(102, 8_000, 8_000, false)]
    [InlineData(102, 9_001, 8_000, true)]
    [InlineData(102, 5_999, 8_000, true)]
    public void Whether_the_time_of_a_client_that_is_ahead_fits_is_seen_when_the_server_is_there(int since, int at, int time, bool isOther)
    {
        using var worker = new WorkerParts();
        worker.Deal(worker.Store("other", 101, 7_000));
        var (client, wire) = worker.Join();

        worker.Receive(client, $$$"""{"type":"subscribe","data":{"channels":["a"],"since":{{{since}}},"epoch":"e1","at":{{{at}}}}}""");
        worker.Receive(client, """{"type":"heartbeat"}""");
        worker.Deal(worker.Store("a", 103, time));
        worker.Deal(worker.Store("a", 104, 9_000));

        string[] missed = since < 103 ? ["message 103"] : [];
        Assert.Equal(["subscription_ack", "pong", .. isOther ? ["reset"] : missed, "sync 103", "message 104"], Told(wire));
        Assert.True(wire.Frames[0]["recovered"]!.GetValue<bool>());
    }

    [Fact]
    public void What_a_stream_that_was_rolled_back_has_grown_past_a_client_is_not_given_as_what_it_missed()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        worker.Receive(client, """{"type":"subscribe","id":1,"data":{"channels":["a"],"since":103,"epoch":"e1","at":5500}}""");

        worker.Deal(worker.Store("a", 101), worker.Store("a", 102), worker.Store("a", 103), worker.Store("a", 104));
        worker.Deal(worker.Store("a", 105));

        Assert.Equal(["subscription_ack", "reset", "sync 104", "message 105"], Told(wire));
        Assert.Equal("""[104,6000,1]""", new JsonArray([.. new[] { wire.Frames[1]["seq"], wire.Frames[1]["ts"], wire.Frames[2]["id"] }.Select(node => node!.DeepClone())]).ToJsonString());
    }

    [Fact]
    public void A_client_for_which_messages_wait_is_told_that_the_server_is_there_behind_them()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "other");
        worker.Receive(client, """{"type":"subscribe","data":{"channels":["a"],"since":104,"epoch":"e1"}}""");
        wire.NeverDone = true;
        worker.Deal(worker.Store("other", 101));
        worker.Deal(worker.Store("other", 102));

        worker.Deal(worker.Store("other", 103), worker.Store("a", 104), worker.Store("a", 105));
        wire.BatchDone();
        worker.Roster.Flush(client);
        worker.Pass(TimeSpan.FromMilliseconds(100));

        Assert.Equal(["subscription_ack", "subscription_ack", "message 102", "message 103", "message 105", "sync 105"], Told(wire));
    }

    private static List<string> Told(TestWire wire) => [.. wire.Frames.Select(ReplayText.Of)];
}
