using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout;

public sealed class RequestHandlerTests
{
    [Fact]
    public void A_subscribe_is_acknowledged_with_the_names_the_count_and_the_position()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();

        worker.Receive(client, """{"type":"subscribe","id":"x1","data":{"channels":["BTC.trade","ETH.*","BTC.trade"]}}""");

        var ack = Assert.Single(wire.Frames);
        Assert.Equal("""{"type":"subscription_ack","id":"x1","subscribed":["BTC.trade","ETH.*","BTC.trade"],"count":2,"seq":100,"ts":5000,"epoch":"e1"}""", ack.ToJsonString());
    }

    [Fact]
    public void Names_are_judged_one_by_one()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();

        worker.Receive(client, """{"type":"subscribe","id":7,"data":{"channels":["a..b","ok.x","a b","x.>.y","fine"]}}""");

        Assert.Equal(["ok.x", "fine"], wire.OfType("subscription_ack").Single()["subscribed"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.Equal(3, wire.OfType("error").Count(error => error["code"]!.GetValue<string>() == "invalid_channel" && error["id"]!.GetValue<int>() == 7));
    }

    [Fact]
    public void Beyond_the_limits_of_channels_and_patterns_names_are_refused()
    {
        using var worker = new WorkerParts(new ClientOptions { MaxChannels = 3, MaxPatterns = 1 });
        var (client, wire) = worker.Join();

        worker.Subscribe(client, "a.*", "b.*", "c", "d", "e");

        Assert.Equal(3, wire.OfType("subscription_ack").Single()["count"]!.GetValue<int>());
        Assert.Equal(2, wire.OfType("error").Count(error => error["code"]!.GetValue<string>() == "too_many_channels"));
        worker.Subscribe(client, "c");
        Assert.Equal(2, wire.OfType("subscription_ack").Count());
        Assert.Equal(2, wire.OfType("error").Count());
    }

    [Fact]
    public void Thousands_of_bad_names_do_not_fill_the_queue_of_a_client_that_reads()
    {
        using var worker = new WorkerParts(new ClientOptions { SendQueueBytes = 8192 });
        var (client, wire) = worker.Join();

        worker.Receive(client, $$$"""{"type":"subscribe","data":{"channels":[{{{string.Join(',', Enumerable.Repeat("\"\"", 4000))}}}]}}""");

        Assert.Null(client.Closing);
        Assert.Contains("further names were refused", wire.Frames[^1]["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_position_is_answered_honestly_though_nothing_is_replayed()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();

        worker.Receive(client, """{"type":"subscribe","data":{"channels":["a","b"],"since":90,"epoch":"e1"}}""");
        worker.Receive(client, """{"type":"subscribe","data":{"channels":["c"],"since":100,"epoch":"e1"}}""");
        worker.Receive(client, """{"type":"subscribe","data":{"channels":["d"],"since":90,"epoch":"other"}}""");

        Assert.Equal(
            ["subscription_ack", "gap", "gap", "sync", "subscription_ack", "sync", "subscription_ack", "reset", "sync"], wire.Frames.Select(frame => frame["type"]!.GetValue<string>()));
        Assert.Equal([false, true, false], wire.OfType("subscription_ack").Select(ack => ack["recovered"]!.GetValue<bool>()));
        Assert.Equal("""{"type":"gap","channel":"a","from":91,"to":100,"reason":"window"}""", wire.Frames[1].ToJsonString());
    }

    [Fact]
    public void What_a_pattern_gives_already_is_no_gap()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a.>");

        worker.Receive(client, """{"type":"subscribe","data":{"channels":["a.b","a.*","a.b.>","b"],"since":90,"epoch":"e1"}}""");

        Assert.Equal("b", Assert.Single(wire.OfType("gap"))["channel"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"type":"auth","data":{"token":"x"}}""", "unavailable")]
    [InlineData("""{"type":"dance"}""", "unknown_type")]
    [InlineData("{", "invalid_json")]
    [InlineData("[]", "invalid_request")]
    public void What_cannot_be_met_is_an_error_and_the_connection_stays(string request, string code)
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();

        worker.Receive(client, request);

        Assert.Equal(code, Assert.Single(wire.Frames)["code"]!.GetValue<string>());
        Assert.Null(client.Closing);
        Assert.Equal(0, client.Subscriptions.Count);
    }

    [Fact]
    public void A_heartbeat_is_answered_with_the_clock_and_the_position()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();

        worker.Receive(client, """{"type":"heartbeat","id":1}""");

        Assert.Equal($$"""{"type":"pong","id":1,"ts":{{worker.Clock.GetUtcNow().ToUnixTimeMilliseconds()}},"seq":100}""", Assert.Single(wire.Frames).ToJsonString());
    }

    [Fact]
    public void An_unsubscribe_leaves_what_was_subscribed_and_names_it()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        worker.Subscribe(client, "a", "b.*");

        worker.Receive(client, """{"type":"unsubscribe","data":{"channels":["b.*","never"]}}""");
        worker.Deal(worker.Message(new Channel("b.x"), 101));

        Assert.Equal("""{"type":"unsubscription_ack","unsubscribed":["b.*"],"count":1}""", wire.Frames[^1].ToJsonString());
    }

    [Fact]
    public void Above_its_rate_a_client_is_told_once_a_second_and_a_whole_burst_above_it_closed()
    {
        using var worker = new WorkerParts(new ClientOptions { RequestsPerSecond = 1, RequestBurst = 5 });
        var (client, wire) = worker.Join();

        for (var i = 0; i < 8; i++) worker.Receive(client, """{"type":"heartbeat"}""");
        Assert.Equal(5, wire.OfType("pong").Count());
        Assert.Single(wire.OfType("error"));
        for (var i = 0; i < 3; i++) worker.Receive(client, """{"type":"heartbeat"}""");

        Assert.Equal(CloseReason.RateExceeded, wire.Closed);
        Assert.Equal(4103, wire.Frames[^1]["code"]!.GetValue<int>());
    }

    [Fact]
    public void A_rate_of_zero_is_no_limit()
    {
        using var worker = new WorkerParts(new ClientOptions { RequestsPerSecond = 0, RequestBurst = 1 });
        var (client, wire) = worker.Join();

        for (var i = 0; i < 1000; i++) worker.Receive(client, """{"type":"heartbeat"}""");

        Assert.Equal(1000, wire.OfType("pong").Count());
    }

    [Fact]
    public void Fifty_bad_requests_within_a_minute_are_too_many()
    {
        using var worker = new WorkerParts(new ClientOptions { RequestsPerSecond = 1000, RequestBurst = 1000 });
        var (client, wire) = worker.Join();
        for (var i = 0; i < 49; i++) worker.Receive(client, "nonsense");
        worker.Clock.Advance(TimeSpan.FromSeconds(61));
        for (var i = 0; i < 49; i++) worker.Receive(client, "nonsense");
        Assert.Null(client.Closing);

        worker.Receive(client, "nonsense");

        Assert.Equal(4502, wire.Closed!.Code);
        Assert.Empty(wire.OfType("bye"));
    }

    [Fact]
    public void An_error_echoes_at_most_64_characters()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();

        worker.Receive(client, $$"""{"type":"{{new string('z', 5000)}}"}""");
        worker.Subscribe(client, $"{new string('y', 300)}..");

        Assert.All(wire.OfType("error"), error => Assert.True(error["message"]!.GetValue<string>().Count(c => c is 'z' or 'y') <= 64));
        Assert.Equal(2, wire.OfType("error").Count());
    }
}
