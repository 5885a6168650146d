using WsFanout.Clients;
using WsFanout.Clients.Tokens;
using WsFanout.Messages;
using WsFanout.Testing;

namespace WsFanout.Tests.Fanout;

public sealed class AccessControlTests
{
    private static readonly TokenRules Rules = new() { Key = TokenKey.OfSecret(TokenMaker.Secret) };

    [Fact]
    public void Before_its_token_a_client_may_only_show_one_and_ask_for_a_sign_of_life()
    {
        using var worker = new WorkerParts(tokens: Rules);
        var (client, wire) = worker.Join();

        worker.Subscribe(client, "a");
        worker.Receive(client, """{"type":"unsubscribe","id":1,"data":{"channels":["a"]}}""");
        worker.Receive(client, """{"type":"replay","data":{"since":1}}""");
        worker.Receive(client, """{"type":"heartbeat"}""");
        worker.Receive(client, "nonsense");

        Assert.Equal(["unauthorized", "unauthorized", "unauthorized", null, "invalid_json"], wire.Frames.Select(frame => (string?)frame["code"]));
        Assert.Equal(0, client.Subscriptions.Count);
        Assert.Equal(1, wire.Frames[1]["id"]!.GetValue<int>());
    }

    [Fact]
    public void A_good_token_opens_and_what_the_url_asked_for_follows_its_ack()
    {
        using var worker = new WorkerParts(tokens: Rules);
        var subscribe = UrlSubscription.Read(new Dictionary<string, string> { ["channels"] = "a,b" });
        var (client, wire) = worker.Join(new JoinTerms(subscribe, worker.Clock.GetTimestamp()));

        Show(worker, client, channels: "\"a\"");
        Show(worker, client, channels: "\"a\"");

        Assert.Equal(["auth_ack", "subscription_ack", "error", "auth_ack"], wire.Frames.Select(frame => frame["type"]!.GetValue<string>()));
        Assert.Equal($$"""{"type":"auth_ack","id":9,"expires":{{worker.Clock.GetUtcNow().ToUnixTimeSeconds() + 3600}}}""", wire.Frames[0].ToJsonString());
        Assert.Equal("forbidden", wire.Frames[2]["code"]!.GetValue<string>());
        Assert.Equal("a", client.Subscriptions[0].Name);
    }

    [Theory]
    [InlineData("a.b", true)]
    [InlineData("a.c.d", true)]
    [InlineData("a.*", true)]
    [InlineData("a.>", true)]
    [InlineData("a.*.x", true)]
    [InlineData("one", true)]
    [InlineData("p.q", true)]
    [InlineData("p.*", true)]
    [InlineData("a", false)]
    [InlineData("*", false)]
    [InlineData(">", false)]
    [InlineData("*.b", false)]
    [InlineData("p.>", false)]
    [InlineData("p.q.r", false)]
    [InlineData("ones", false)]
    [InlineData("one.two", false)]
    public void A_subscription_is_allowed_when_one_name_of_the_claim_covers_all_that_it_can_match(string name, bool isAllowed)
    {
        using var worker = new WorkerParts(tokens: Rules);
        var (client, wire) = worker.Join();
        Show(worker, client, channels: "\"a.>\",\"p.*\",\"one\"");

        worker.Subscribe(client, name);
        worker.Receive(client, $$$"""{"type":"subscribe","data":{"channels":["{{{name}}}"],"since":1,"epoch":"e1"}}""");

        Assert.Equal(isAllowed ? 1 : 0, client.Subscriptions.Count);
        Assert.Equal(isAllowed ? 0 : 2, wire.OfType("error").Count(error => error["code"]!.GetValue<string>() == "forbidden"));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("", false)]
    public void Without_the_claim_everything_is_allowed_and_an_empty_one_allows_nothing(string? channels, bool isAllowed)
    {
        using var worker = new WorkerParts(tokens: Rules);
        var (client, _) = worker.Join();
        Show(worker, client, channels: channels);

        worker.Subscribe(client, ">", "a");

        Assert.Equal(isAllowed ? 2 : 0, client.Subscriptions.Count);
    }

    [Fact]
    public void A_newer_token_ends_what_it_does_not_allow_and_touches_nothing_else()
    {
        using var worker = new WorkerParts(tokens: Rules);
        var (client, wire) = worker.Join();
        Show(worker, client, channels: "\"a.>\",\"b\",\"c\"");
        worker.Subscribe(client, "a.x", "b", "c", "a.>");
        worker.Deal(worker.Message(new Channel("b"), 101), worker.Message(new Channel("a.x"), 102));

        Show(worker, client, channels: "\"a.>\"");
        worker.Deal(worker.Message(new Channel("b"), 103), worker.Message(new Channel("a.x"), 104), worker.Message(new Channel("c"), 105));

        Assert.Equal([101, 102, 104], wire.OfType("message").Select(message => message["seq"]!.GetValue<long>()));
        Assert.Equal("""{"type":"unsubscription_ack","unsubscribed":["c","b"],"count":2}""", wire.OfType("unsubscription_ack").Single().ToJsonString());
        Assert.Equal("auth_ack", wire.Frames[^3]["type"]!.GetValue<string>());
        Assert.Equal(2, worker.Metric("ws_subscriptions_current"));
    }

    [Theory]
    [InlineData("bob", 3600, "the token has another sub than the one it is to replace")]
    [InlineData(null, 3600, "the token has another sub than the one it is to replace")]
    [InlineData("alice", -10, "the token has expired")]
    public void A_newer_token_that_does_not_hold_changes_nothing(string? subject, int validSeconds, string message)
    {
        using var worker = new WorkerParts(tokens: Rules);
        var (client, wire) = worker.Join();
        Show(worker, client);
        worker.Subscribe(client, "a");
        var before = client.Access!.Claims;

        Show(worker, client, subject, validSeconds, "\"b\"");

        Assert.Equal(("unauthorized", message, 9), ((string?)wire.Frames[^1]["code"], (string?)wire.Frames[^1]["message"], (int?)wire.Frames[^1]["id"]));
        Assert.Same(before, client.Access.Claims);
        Assert.Equal(1, client.Subscriptions.Count);
        Assert.Equal(1, worker.Metric($"ws_auth_failures_total{{reason=\"{(validSeconds < 0 ? "expired" : "other_subject")}\"}}"));
    }

    [Fact]
    public void Who_shows_no_token_in_time_is_closed_for_good_and_who_did_is_not()
    {
        using var worker = new WorkerParts(new ClientOptions { AuthDeadline = TimeSpan.FromSeconds(3) }, tokens: Rules);
        var (silent, wire) = worker.Join();
        var (good, _) = worker.Join();
        var (bad, badWire) = worker.Join();
        Show(worker, good);
        Show(worker, bad, validSeconds: -100);

        worker.Pass(TimeSpan.FromSeconds(2.5));
        Assert.Null(silent.Closing);
        worker.Pass(TimeSpan.FromSeconds(1));

        Assert.Equal((CloseReason.Unauthorized, CloseReason.Unauthorized, null), (wire.Closed, badWire.Closed, good.Closing));
        Assert.Empty(wire.OfType("bye"));
        Assert.Equal(2, worker.Metric("ws_auth_failures_total{reason=\"missing\"}"));
    }

    [Fact]
    public void After_a_stall_of_the_process_nobody_is_closed_for_a_token_that_may_wait_to_be_read()
    {
        using var worker = new WorkerParts(new ClientOptions { AuthDeadline = TimeSpan.FromSeconds(3) }, tokens: Rules);
        var (client, _) = worker.Join();

        worker.Stall(TimeSpan.FromSeconds(8));
        Show(worker, client);

        Assert.Null(client.Closing);
        Assert.NotNull(client.Access!.Claims);
    }

    [Fact]
    public void An_expired_token_ends_the_connection_within_a_tick_after_the_skew_unless_it_was_renewed()
    {
        // Nobody here answers a ping.
        using var worker = new WorkerParts(new ClientOptions { PingInterval = TimeSpan.FromMinutes(5) }, tokens: Rules);
        var (client, wire) = worker.Join();
        var (renewed, _) = worker.Join();
        Show(worker, client, validSeconds: 20);
        Show(worker, renewed, validSeconds: 20);

        worker.Pass(TimeSpan.FromSeconds(23));
        Assert.Null(client.Closing);
        Show(worker, renewed);
        worker.Pass(TimeSpan.FromSeconds(2.5));

        Assert.Equal(CloseReason.TokenExpired, wire.Closed);
        Assert.Equal(4110, wire.OfType("bye").Single()["code"]!.GetValue<int>());
        Assert.Null(renewed.Closing);
    }

    [Fact]
    public void A_token_of_a_handshake_counts_from_the_welcome_on()
    {
        using var worker = new WorkerParts(tokens: Rules);
        var claims = new TokenClaims("alice", worker.Clock.GetUtcNow().ToUnixTimeSeconds() + 2, null);
        var (client, wire) = worker.Join(new JoinTerms(null, worker.Clock.GetTimestamp(), Claims: claims));

        worker.Subscribe(client, "a");
        worker.Pass(TimeSpan.FromSeconds(6.5));
        Assert.Null(client.Closing);
        worker.Pass(TimeSpan.FromSeconds(1));

        Assert.Single(wire.OfType("subscription_ack"));
        Assert.Equal(CloseReason.TokenExpired, wire.Closed);
    }

    [Fact]
    public void A_token_that_is_good_until_the_last_second_there_is_lasts()
    {
        using var worker = new WorkerParts(tokens: Rules);
        var (client, _) = worker.Join(new JoinTerms(null, worker.Clock.GetTimestamp(), Claims: new TokenClaims("alice", 253402300799, null)));

        worker.Pass(TimeSpan.FromSeconds(2));

        Assert.Null(client.Closing);
    }

    [Fact]
    public void Fifty_tokens_that_do_not_hold_within_a_minute_are_too_many()
    {
        using var worker = new WorkerParts(new ClientOptions { RequestsPerSecond = 0 }, tokens: Rules);
        var (client, wire) = worker.Join();

        for (var i = 0; i < 49; i++) Show(worker, client, validSeconds: -100);
        Assert.Null(client.Closing);
        Show(worker, client, validSeconds: -100);

        Assert.Equal(CloseReason.BadRequests, wire.Closed);
    }

    private static void Show(WorkerParts worker, Client client, string? subject = "alice", int validSeconds = 3600, string? channels = null)
    {
        var claims = $$"""{"exp":{{worker.Clock.GetUtcNow().ToUnixTimeSeconds() + validSeconds}}{{(subject is null ? "" : $",\"sub\":\"{subject}\"")}}{{(channels is null ? "" : $",\"channels\":[{channels}]")}}}""";
        worker.Receive(client, $$$"""{"type":"auth","id":9,"data":{"token":"{{{TokenMaker.Of(claims)}}}"}}""");
    }
}
