using System.Text.Json.Nodes;
using WsFanout.Hosting.Settings;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Where a token may come from, what a client may do without one and with one, its renewal and its end.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class TokenTests
{
    private static readonly (string, string) Key = ("WS_AUTH_JWT_SECRET", TokenMaker.Secret);

    [Theory]
    [InlineData("offer")]
    [InlineData("offer before the subprotocol")]
    [InlineData("header")]
    [InlineData("header in small letters")]
    [InlineData("query")]
    public async Task A_token_of_the_handshake_opens_at_once_and_is_never_selected_as_the_subprotocol(string place)
    {
        await using var server = await TestServer.StartAsync(Key, ("WS_AUTH_QUERY_TOKEN", "true"));
        var token = Token("\"a\"");
        await using var client = await TestClient.ConnectAsync(
            new Uri($"{server.WebSocketAddress}?channels=a,b{(place == "query" ? $"&token={token}" : "")}"),
            options =>
            {
                if (place == "offer before the subprotocol") options.AddSubProtocol($"bearer.{token}");
                options.AddSubProtocol("wsfanout.v1");
                if (place == "offer") options.AddSubProtocol($"bearer.{token}");
                if (place == "header") options.SetRequestHeader("Authorization", $"Bearer {token}");
                if (place == "header in small letters") options.SetRequestHeader("Authorization", $"bearer  {token}");
            });

        await client.WaitForAsync("error");
        await server.PublishAsync("b", "1");
        await server.PublishAsync("a", "2");
        await client.WaitForMessagesAsync(1);

        Assert.Equal("wsfanout.v1", client.Subprotocol);
        Assert.Equal(["welcome", "subscription_ack", "error", "message"], client.Frames.Select(frame => frame["type"]!.GetValue<string>()));
        Assert.Equal("forbidden", client.OfType("error")[0]["code"]!.GetValue<string>());
        Assert.Equal(2, client.Messages[0]["data"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("Sec-WebSocket-Protocol: wsfanout.v1, bearer.TOKEN\r\nAuthorization: Bearer TOKEN\r\n", "", "too_many")]
    [InlineData("Sec-WebSocket-Protocol: bearer.TOKEN, bearer.TOKEN\r\n", "", "too_many")]
    [InlineData("Authorization: Bearer TOKEN\r\nAuthorization: Bearer TOKEN\r\n", "", "too_many")]
    [InlineData("", "?token=TOKEN", "wrong_place")]
    [InlineData("Authorization: Bearer TOKEN\r\n", "?token=", "wrong_place")]
    [InlineData("Authorization: Bearer \r\n", "", "malformed")]
    [InlineData("Authorization: Bearer x\r\n", "", "malformed")]
    [InlineData("Sec-WebSocket-Protocol: wsfanout.v1, bearer.\r\n", "", "malformed")]
    [InlineData("Sec-WebSocket-Protocol: wsfanout.v1, bearer.a.b.c\r\n", "", "malformed")]
    public async Task A_token_in_the_wrong_place_or_two_of_them_are_refused(string headers, string query, string reason)
    {
        await using var server = await TestServer.StartAsync(Key);
        var token = Token();

        var reply = await RawClient.ExchangeAsync(server, (RawClient.Upgrade.Replace("/ws", "/ws" + query, StringComparison.Ordinal) + headers + "\r\n").Replace("TOKEN", token, StringComparison.Ordinal));

        reply.AssertRefusal(401, "unauthorized");
        Assert.Equal(1, await server.MetricAsync($"ws_auth_failures_total{{reason=\"{reason}\"}}"));
    }

    [Fact]
    public async Task A_password_of_another_scheme_is_none_of_the_server_s_business()
    {
        await using var server = await TestServer.StartAsync(Key);

        Assert.Equal(101, (await RawClient.ExchangeAsync(server, $"{RawClient.Upgrade}Authorization: Basic eDp5\r\n\r\n")).Status);
    }

    [Fact]
    public async Task A_server_that_asks_for_no_token_ignores_one_and_does_not_select_it()
    {
        await using var server = await TestServer.StartAsync();

        var reply = await RawClient.ExchangeAsync(server, RawClient.Upgrade.Replace("/ws", "/ws?token=x", StringComparison.Ordinal) + "Sec-WebSocket-Protocol: bearer.x, wsfanout.v1\r\nAuthorization: Bearer x\r\n\r\n");

        Assert.Equal((101, "wsfanout.v1"), (reply.Status, reply.Headers["sec-websocket-protocol"]));
    }

    [Fact]
    public async Task Without_a_token_a_client_may_only_show_one_and_what_its_url_asked_for_follows()
    {
        await using var server = await TestServer.StartAsync(Key);
        await using var client = await TestClient.OpenAsync(new Uri(server.WebSocketAddress + "?channels=a,c"));

        await client.SendAsync("""{"type":"subscribe","id":1,"data":{"channels":["a"]}}""");
        await client.SendAsync("""{"type":"heartbeat","id":2}""");
        await client.WaitForAsync("pong");
        await server.PublishAsync("a", "1");
        await client.SendAsync(Auth(Token("\"a\",\"b.*\""), 3));
        await client.WaitForAsync("error", 2);
        var ack = await client.SubscribeAsync("b.x", "b.>", "b.*", ">");
        await client.WaitForAsync("error", 4);
        await server.PublishAsync("c", "2");
        await server.PublishAsync("b.y", "3");
        await server.PublishAsync("a", "4");
        await client.WaitForMessagesAsync(2);

        Assert.Equal(
            ["welcome", "error", "pong", "auth_ack", "subscription_ack", "error", "subscription_ack", "error", "error", "message", "message"], client.Frames.Select(frame => frame["type"]!.GetValue<string>()));
        Assert.Equal(["unauthorized", "forbidden", "forbidden", "forbidden"], client.OfType("error").Select(error => error["code"]!.GetValue<string>()));
        Assert.Equal(["b.x", "b.*"], ack["subscribed"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.Equal([3, 4], client.Messages.Select(message => message["data"]!.GetValue<int>()));
    }

    [Fact]
    public async Task A_position_does_not_open_a_channel_that_the_token_does_not_allow()
    {
        await using var server = await TestServer.StartAsync(Key);
        await server.PublishAsync("secret", "\"s\"");
        await using var client = await server.ConnectAsync();
        await client.SendAsync(Auth(Token("\"a\"")));
        await client.WaitForAsync("auth_ack");
        var epoch = client.Frames[0]["epoch"]!.GetValue<string>();

        await client.SendAsync($$$"""{"type":"subscribe","data":{"channels":["secret",">"],"since":0,"epoch":"{{{epoch}}}"}}""");
        await client.WaitForAsync("error", 2);
        await client.SendAsync("""{"type":"subscribe","data":{"channels":["secret"],"last":true}}""");
        await client.WaitForAsync("error", 3);
        await client.SendAsync("""{"type":"replay","data":{"since":0}}""");
        await client.SendAsync("""{"type":"heartbeat"}""");
        await client.WaitForAsync("pong");

        Assert.Equal(0, client.OfType("subscription_ack")[0]["count"]!.GetValue<int>());
        Assert.DoesNotContain(client.Frames, frame => frame["type"]!.GetValue<string>() is "message" or "snapshot" or "gap");
    }

    [Fact]
    public async Task Who_shows_no_token_in_time_is_closed_with_4500_and_its_place_is_free_again()
    {
        await using var server = await TestServer.StartAsync(Key, ("WS_AUTH_DEADLINE", "200ms"));
        using var silent = await RawClient.ConnectAsync(server, "?channels=a");
        using var wrong = await RawClient.ConnectAsync(server);
        await wrong.SendTextAsync(Auth("x"));

        Assert.Equal(4500, (await silent.ReadToEndAsync())[^1].CloseCode);
        Assert.Equal(4500, (await wrong.ReadToEndAsync())[^1].CloseCode);

        await silent.SendCloseAsync(4500);
        await wrong.SendCloseAsync(4500);
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_connections_current") == 0, "the places should be given back");
        Assert.Equal(2, await server.MetricAsync("ws_disconnects_total{reason=\"unauthorized\"}"));
        Assert.Equal(2, await server.MetricAsync("ws_auth_failures_total{reason=\"missing\"}"));
    }

    [Fact]
    public async Task Renewals_in_the_middle_of_messages_lose_and_double_nothing()
    {
        const int messages = 300;
        await using var server = await TestServer.StartAsync(Key);
        await using var client = await server.ConnectAsync();
        await client.SendAsync(Auth(Token()));
        await client.SubscribeAsync("a.>", "a.1", "b");

        for (var i = 1; i <= messages; i++)
        {
            await server.PublishAsync($"a.{i % 3}", $"{i}");
            if (i % 10 == 0) await client.SendAsync(Auth(Token(i % 20 == 0 ? "\"a.>\",\"b\"" : "\"a.>\"")));
        }

        await client.WaitForMessagesAsync(messages);
        await client.WaitForAsync("auth_ack", (messages / 10) + 1);

        Assert.Equal(Enumerable.Range(1, messages), client.Messages.Select(message => message["data"]!.GetValue<int>()));
        Assert.Equal("""["b"]""", Assert.Single(client.OfType("unsubscription_ack"))["unsubscribed"]!.ToJsonString());
        Assert.Empty(client.OfType("error"));
    }

    [Fact]
    public async Task A_token_of_somebody_else_changes_nothing()
    {
        await using var server = await TestServer.StartAsync(Key);
        await using var client = await server.ConnectAsync();
        await client.SendAsync(Auth(Token("\"a\"")));
        await client.SubscribeAsync("a");

        await client.SendAsync(Auth(Token("\"b\"", subject: "bob"), 7));
        await client.WaitForAsync("error");
        await client.SubscribeAsync("b");
        await client.WaitForAsync("error", 2);
        await server.PublishAsync("a", "1");
        await client.WaitForMessagesAsync(1);

        Assert.Equal(["unauthorized", "forbidden"], client.OfType("error").Select(error => error["code"]!.GetValue<string>()));
        Assert.Equal(7, client.OfType("error")[0]["id"]!.GetValue<int>());
        Assert.Equal(1, await server.MetricAsync("ws_auth_failures_total{reason=\"other_subject\"}"));
    }

    [Fact]
    public async Task A_jump_of_the_wall_clock_ends_those_whose_token_it_makes_old_and_nobody_else()
    {
        var clock = new MovableWallClock();
        await using var server = await TestServer.StartAsync(SettingsContext.OfThisProcess(), clock, Key);
        await using var shortLived = await server.ConnectAsync();
        await using var longLived = await server.ConnectAsync();
        await shortLived.SendAsync(Auth(Token(expiresIn: TimeSpan.FromMinutes(10))));
        await longLived.SendAsync(Auth(Token(expiresIn: TimeSpan.FromDays(10))));
        await longLived.SubscribeAsync("a");
        await shortLived.SubscribeAsync("a");

        clock.SetOffset(TimeSpan.FromDays(1));
        await shortLived.WaitForEndAsync();
        var late = await RawClient.ExchangeAsync(server, $"{RawClient.Upgrade}Authorization: Bearer {Token()}\r\n\r\n");
        clock.SetOffset(-TimeSpan.FromDays(1));
        await server.PublishAsync("a", "1");
        await longLived.WaitForMessagesAsync(1);

        Assert.Equal(4110, shortLived.CloseCode);
        Assert.Equal(4110, Assert.Single(shortLived.OfType("bye"))["code"]!.GetValue<int>());
        late.AssertRefusal(401, "unauthorized");
        Assert.False(longLived.IsOver);
        Assert.Equal(1, await server.MetricAsync("ws_disconnects_total{reason=\"token_expired\"}"));
    }

    [Fact]
    public async Task A_token_that_is_far_too_long_is_refused_wherever_it_comes()
    {
        var huge = new string('x', 64 * 1024);
        await using var server = await TestServer.StartAsync(Key, ("WS_AUTH_QUERY_TOKEN", "true"));
        await using var wide = await TestServer.StartAsync(Key, ("WS_MAX_MESSAGE_BYTES", "128KB"));
        await using var client = await server.ConnectAsync();
        await using var patient = await wide.ConnectAsync();

        var header = await RawClient.ExchangeAsync(server, $"{RawClient.Upgrade}Authorization: Bearer {huge}\r\n\r\n");
        var query = await RawClient.ExchangeAsync(server, RawClient.Upgrade.Replace("/ws", $"/ws?token={huge}", StringComparison.Ordinal) + "\r\n");
        await client.SendAsync(Auth(huge));
        await client.WaitForEndAsync();
        await patient.SendAsync(Auth(huge));
        await patient.WaitForAsync("error");

        Assert.Equal((431, 414, 1009), (header.Status, query.Status, client.CloseCode));
        Assert.Equal("unauthorized", patient.OfType("error")[0]["code"]!.GetValue<string>());
        Assert.Equal(1, await wide.MetricAsync("ws_auth_failures_total{reason=\"too_long\"}"));
    }

    [Fact]
    public async Task A_handshake_with_a_bad_token_takes_no_place_and_nothing_of_the_rate()
    {
        await using var server = await TestServer.StartAsync(Key, ("WS_MAX_CONNECTIONS", "1"), ("WS_CONNECT_RATE", "0.1"), ("WS_CONNECT_BURST", "2"));

        for (var i = 0; i < 10; i++) (await RawClient.ExchangeAsync(server, $"{RawClient.Upgrade}Authorization: Bearer x.y.z\r\n\r\n")).AssertRefusal(401, "unauthorized");
        await using var client = await TestClient.ConnectAsync(server.WebSocketAddress, options => options.SetRequestHeader("Authorization", $"Bearer {Token()}"));

        await client.WaitForAsync("welcome");
    }

    [Fact]
    public async Task The_test_echo_which_can_not_be_authenticated_later_needs_a_token_in_its_handshake()
    {
        await using var server = await TestServer.StartAsync(Key, ("WS_TEST_ECHO", "true"));
        var request = RawClient.Upgrade.Replace("/ws", "/__echo", StringComparison.Ordinal);

        (await RawClient.ExchangeAsync(server, request + "\r\n")).AssertRefusal(401, "unauthorized");

        Assert.Equal(101, (await RawClient.ExchangeAsync(server, $"{request}Authorization: Bearer {Token()}\r\n\r\n")).Status);
    }

    private static string Auth(string token, int id = 9) => new JsonObject { ["type"] = "auth", ["id"] = id, ["data"] = new JsonObject { ["token"] = token } }.ToJsonString();

    private static string Token(string? channels = null, string subject = "alice", TimeSpan? expiresIn = null)
    {
        var expires = TimeProvider.System.GetUtcNow() + (expiresIn ?? TimeSpan.FromHours(1));
        return TokenMaker.Of($$"""{"sub":"{{subject}}","exp":{{expires.ToUnixTimeSeconds()}}{{(channels is null ? "" : $",\"channels\":[{channels}]")}}}""");
    }
}
