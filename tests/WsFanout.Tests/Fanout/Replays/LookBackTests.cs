using System.Text.Json.Nodes;
using WsFanout.Clients;
using WsFanout.History;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout.Replays;

/// <summary>A <c>replay</c>, and a subscribe with <c>last</c>.</summary>
public sealed class LookBackTests
{
    [Fact]
    public void A_replay_gives_all_that_is_held_of_the_subscriptions_between_brackets()
    {
        using var worker = new WorkerParts(historyOptions: new HistoryOptions { MessagesPerChannel = 2 });
        worker.Deal(worker.Store("a", 101), worker.Store("b.x", 102), worker.Store("a", 103), worker.Store("c", 104), worker.Store("a", 105));
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a", "b.*");

        worker.Receive(client, """{"type":"replay","id":"r","data":{"since":100}}""");
        worker.Receive(client, """{"type":"replay","data":{"since":105}}""");
        worker.Receive(client, """{"type":"replay","data":{"since":9999}}""");

        Assert.Equal(
            ["subscription_ack", "begin 101-105", "gap a 101-101 window", "message 102", "message 103", "message 105", "complete 3", "begin 106-105", "complete 0", "begin 10000-9999", "complete 0"],
            wire.Frames.Select(ReplayText.Of));
        Assert.Equal("r", wire.Frames[1]["id"]!.GetValue<string>());
        Assert.Equal("r", wire.Frames[6]["id"]!.GetValue<string>());
    }

    [Fact]
    public void A_replay_goes_over_what_waits_for_the_server_to_come_there_as_far_as_the_server_is()
    {
        using var worker = new WorkerParts(historyOptions: new HistoryOptions { MessagesPerChannel = 2 });
        for (var sequence = 101; sequence <= 103; sequence++) worker.Deal(worker.Store("a", sequence));
        worker.Deal(worker.Store("b.x", 104), worker.Store("c", 105), worker.Store("d", 106));
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "c");
        worker.Receive(client, """{"type":"subscribe","id":1,"data":{"channels":["a","b.*","d"],"since":107,"epoch":"e1"}}""");
        worker.Receive(client, """{"type":"unsubscribe","data":{"channels":["d"]}}""");

        worker.Receive(client, """{"type":"replay","data":{"since":100}}""");
        worker.Deal(worker.Store("a", 107));
        worker.Deal(worker.Store("a", 108));

        Assert.Equal(
            ["subscription_ack", "subscription_ack", "unsubscription_ack", "begin 101-106", "gap a 101-101 window", "message 102", "message 103", "message 104", "message 105", "complete 4", "sync 107", "message 108"],
            wire.Frames.Select(ReplayText.Of));
    }

    [Fact]
    public void There_is_one_replay_at_a_time()
    {
        using var worker = new WorkerParts { Replays = false };
        worker.Deal(worker.Store("a", 101));
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a");

        for (var i = 0; i < 3; i++) worker.Receive(client, """{"type":"replay","data":{"since":100}}""");
        worker.Replays = true;
        worker.Receive(client, """{"type":"heartbeat"}""");
        worker.Receive(client, """{"type":"replay","data":{"since":100}}""");

        Assert.Equal(
            ["subscription_ack", "begin 101-101", "message 101", "complete 1", "error", "error", "pong", "begin 101-101", "message 101", "complete 1"], wire.Frames.Select(ReplayText.Of));
        Assert.All(wire.OfType("error"), error => Assert.Equal("replay_busy", error["code"]!.GetValue<string>()));
    }

    [Fact]
    public void A_replay_over_thousands_of_channels_is_read_in_turns()
    {
        using var worker = new WorkerParts(new ClientOptions { MaxChannels = 10_000 }) { Replays = false };
        for (var sequence = 101; sequence <= 5_100; sequence++) worker.Store($"c{sequence}", sequence);
        worker.Deal(worker.Store("last", 5_101));
        var (client, wire) = worker.Join();
        worker.Subscribe(client, [.. Enumerable.Range(101, 5_000).Select(sequence => $"c{sequence}")]);
        worker.Receive(client, """{"type":"replay","data":{"since":100}}""");

        var turns = 0;
        for (; wire.Frames[^1]["type"]!.GetValue<string>() != "replay_complete"; turns++) Assert.True(worker.Roster.ReplayOne(), "it should go on until it is complete");

        Assert.True(turns > 15, $"5,000 channels judged, 5,000 messages counted and sent, in {turns} turns");
        Assert.Equal(5_000, wire.OfType("message").Count());
    }

    [Fact]
    public void Last_shows_the_newest_of_each_channel_and_then_live_ones()
    {
        using var worker = new WorkerParts();
        worker.Deal(worker.Store("a", 101), worker.Store("a", 102), worker.Store("b.x", 103), worker.Store("b.y", 104), worker.Store("c", 105));
        var (client, wire) = worker.Join();

        worker.Receive(client, """{"type":"subscribe","id":1,"data":{"channels":["a","b.*","none","b.x"],"last":true}}""");
        worker.Deal(worker.Store("a", 106));

        var told = wire.Frames.Select(ReplayText.Of).ToList();
        Assert.Equal("subscription_ack", told[0]);
        Assert.Equal(["snapshot a 102", "snapshot b.x 103", "snapshot b.y 104"], told[1..4].Order(StringComparer.Ordinal));
        Assert.Equal(["sync 105", "message 106"], told[4..]);
        Assert.Equal("""{"type":"snapshot","channel":"a","seq":102,"ts":6000,"data":1}""", wire.OfType("snapshot").Single(shot => shot["channel"]!.GetValue<string>() == "a").ToJsonString());
        Assert.Null(wire.Frames[0]["recovered"]);
    }

    [Fact]
    public void A_snapshot_has_what_the_message_has_whatever_that_is()
    {
        using var worker = new WorkerParts();
        byte[][] payloads = ["{\"data\":1,\"x\":\",\\\"data\\\":\"}"u8.ToArray(), "no json"u8.ToArray(), [0xff, 0xfe]];
        foreach (var (payload, number) in payloads.Select((payload, number) => (payload, number)))
        {
            var held = worker.History.Channel(System.Text.Encoding.UTF8.GetBytes($"a\",\"data\":.{number}"));
            var message = MessageEncoder.Encode(held, 101 + number, 0, 6_000, payload, 0);
            worker.History.Add(held, message);
            worker.Deal(message);

            var (whole, shot) = (JsonNode.Parse(message.Payload.Span)!.AsObject(), JsonNode.Parse(MessageEncoder.Snapshot(message).Payload.Span)!.AsObject());
            whole.Remove("prev");
            whole["type"] = "snapshot";
            Assert.Equal(whole.ToJsonString(), shot.ToJsonString());
        }
    }
}
