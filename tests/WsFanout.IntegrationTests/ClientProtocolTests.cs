using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>Requests of clients: what is understood, what is refused, and that the connection survives the refusal.</summary>
public sealed class ClientProtocolTests
{
    [Theory]
    [InlineData("", "invalid_json")]
    [InlineData("{", "invalid_json")]
    [InlineData("hello", "invalid_json")]
    [InlineData("""{"type":"heartbeat"} {}""", "invalid_json")]
    [InlineData("""{"type":"heartbeat",}""", "invalid_json")]
    [InlineData("\uFEFF{\"type\":\"heartbeat\"}", "invalid_json")]
    [InlineData("""{"type":"\ud800"}""", "invalid_json")]
    [InlineData("""{"type":"subscribe","data":{"channels":["\udfff"]}}""", "invalid_json")]
    [InlineData("[]", "invalid_request")]
    [InlineData("null", "invalid_request")]
    [InlineData("1e400", "invalid_request")]
    [InlineData("{}", "invalid_request")]
    [InlineData("""{"type":1}""", "invalid_request")]
    [InlineData("""{"type":"heartbeat","id":[1]}""", "invalid_request")]
    [InlineData("""{"type":"heartbeat","id":true}""", "invalid_request")]
    [InlineData("""{"type":"heartbeat","id":"12345678901234567890123456789012345678901234567890123456789012345"}""", "invalid_request")]
    [InlineData("""{"type":"subscribe"}""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":null}""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":["a"]}""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":{"channels":"a"}}""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":{"channels":[]}}""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":{"channels":["a",1]}}""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":{"channels":[["a"]]}}""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":{"channels":["a"],"since":1}}""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":{"channels":["a"],"since":1,"epoch":7}}""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":{"channels":["a"],"since":-1,"epoch":"e"}}""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":{"channels":["a"],"since":1.5,"epoch":"e"}}""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":{"channels":["a"],"since":9007199254740992,"epoch":"e"}}""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":{"channels":["a"],"since":1e400,"epoch":"e"}}""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":{"channels":["a"],"since":"1","epoch":"e"}}""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":{"channels":["a"],"since":1,"epoch":"e","at":"x"}}""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":{"channels":["a"],"last":1}}""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":{"channels":["a"],"since":1,"epoch":"e","last":true}}""", "invalid_request")]
    [InlineData("""{"type":"unsubscribe","data":{}}""", "invalid_request")]
    [InlineData("""{"type":"replay"}""", "invalid_request")]
    [InlineData("""{"type":"auth","data":{"token":1}}""", "invalid_request")]
    [InlineData("""{"type":"Subscribe"}""", "unknown_type")]
    [InlineData("""{"type":"__proto__"}""", "unknown_type")]
    [InlineData("""{"type":""}""", "unknown_type")]
    public async Task A_request_that_is_none_is_answered_with_its_error_and_nothing_else_happens(string request, string code)
    {
        await using var server = await TestServer.StartAsync();
        using var client = await RawClient.ConnectAsync(server, "?channels=a");
        await client.ReadAsync("subscription_ack");

        await client.SendTextAsync(request);
        var error = (await client.ReadAsync("error")).Json;
        await server.PublishAsync("a", "1");

        Assert.Equal(code, error["code"]!.GetValue<string>());
        Assert.False(string.IsNullOrWhiteSpace(error["message"]!.GetValue<string>()));
        Assert.Equal("message", (await client.ReadAsync())!.Type);
    }

    [Fact]
    public async Task Deep_or_large_nonsense_is_one_small_error()
    {
        await using var server = await TestServer.StartAsync();
        using var client = await RawClient.ConnectAsync(server);
        string[] nonsense =
        [
            new string('[', 10_000),
            $$"""{"type":"heartbeat","data":{{new string('[', 5_000)}}{{new string(']', 5_000)}}}""",
            $$"""{"type":"{{new string('x', 15_000)}}"}""",
            $$"""{"{{new string('k', 15_000)}}":1}""",
            $$"""{"type":"subscribe","data":{"channels":["{{new string('ü', 7_000)}}"] } }""",
        ];

        foreach (var text in nonsense)
        {
            await client.SendTextAsync(text);
            var error = await client.ReadAsync("error");
            Assert.True(error.Payload.Length <= 1024, $"an error of {error.Payload.Length} bytes for {text[..40]}");
            Assert.DoesNotContain(new string('x', 65), error.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("7")]
    [InlineData("-1.5e3")]
    [InlineData("1e400")]
    [InlineData("\"a \\u20ac \\\" \\n\"")]
    [InlineData("\"1234567890123456789012345678901234567890123456789012345678901234\"")]
    public async Task The_id_of_a_request_comes_back_in_every_answer_to_it(string id)
    {
        await using var server = await TestServer.StartAsync();
        using var client = await RawClient.ConnectAsync(server);
        (string Request, string Answer)[] exchanges =
        [
            ("\"type\":\"heartbeat\"", "pong"),
            ("\"type\":\"subscribe\",\"data\":{\"channels\":[\"a\",\"b c\"]}", "subscription_ack"),
            ("\"type\":\"unsubscribe\",\"data\":{\"channels\":[\"a\"]}", "unsubscription_ack"),
            ("\"type\":\"nonsense\"", "error"),
            ("\"type\":\"subscribe\",\"data\":{\"channels\":7}", "error"),
        ];

        foreach (var (request, answer) in exchanges)
        {
            await client.SendTextAsync($$"""{"id":{{id}},{{request}}}""");
            var frame = await client.ReadAsync();
            Assert.Equal(answer, frame!.Type);
            Assert.Contains($"\"id\":{id}", frame.ToString(), StringComparison.Ordinal);
            if (answer == "subscription_ack") Assert.Contains($"\"id\":{id}", (await client.ReadAsync("error")).ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Fields_that_are_not_known_are_ignored()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();

        await client.SendAsync("""{"new":{"deep":[1,{"x":null}]},"type":"subscribe","data":{"mode":[["x"]],"channels":["a"]},"ts":1}""");
        await client.WaitForAsync("subscription_ack");
        await client.SendAsync("""{"type":"heartbeat","data":{"anything":true}}""");
        await client.WaitForAsync("pong");

        Assert.Empty(client.OfType("error"));
    }

    [Theory]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\tb")]
    [InlineData("a\u0000b")]
    [InlineData("a\u001b[31mb")]
    [InlineData("a\u2028b")]
    [InlineData("a\u0085b")]
    [InlineData(">.a")]
    [InlineData("a.>.b")]
    public async Task A_name_that_is_none_is_refused_beside_those_that_are(string name)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();

        var ack = await client.SubscribeAsync("good", name, "good.*");
        await client.WaitForAsync("error");
        await client.SendAsync(new JsonObject { ["type"] = "unsubscribe", ["data"] = new JsonObject { ["channels"] = new JsonArray(name, "good", "never") } }.ToJsonString());
        await client.WaitForAsync("error", 2);
        await client.WaitForAsync("unsubscription_ack");

        Assert.Equal("""["good","good.*"]""", ack["subscribed"]!.ToJsonString());
        Assert.Equal(2, ack["count"]!.GetValue<int>());
        Assert.All(client.OfType("error"), error => Assert.Equal("invalid_channel", error["code"]!.GetValue<string>()));
        var left = client.OfType("unsubscription_ack")[0];
        Assert.Equal("""["good"]""", left["unsubscribed"]!.ToJsonString());
        Assert.Equal(1, left["count"]!.GetValue<int>());
    }

    [Fact]
    public async Task Characters_that_are_no_space_and_no_control_are_part_of_a_name()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        string[] names = ["ü€😀", "a/b", "<b>&\"'", "*a", "a*.b", "a>b", "$x", "%41"];

        var ack = await client.SubscribeAsync(names);
        foreach (var name in names) await server.PublishAsync(Uri.EscapeDataString(name), "1");
        await client.WaitForMessagesAsync(names.Length);

        Assert.Equal(names, ack["subscribed"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.Equal(names, client.Messages.Select(message => message["channel"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Channels_in_the_url_are_judged_like_those_of_a_request()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync("?channels=a,b%20c,,%C3%BC.%3E&unknown=1");
        await client.WaitForAsync("error", 2);

        Assert.Equal(["welcome", "subscription_ack", "error", "error"], client.Frames.Select(frame => frame["type"]!.GetValue<string>()));
        Assert.Equal("""["a","ü.>"]""", System.Text.RegularExpressions.Regex.Unescape(client.Frames[1]["subscribed"]!.ToJsonString()));
    }

    [Fact]
    public async Task A_message_that_several_subscriptions_match_comes_once_and_leaves_with_the_last()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        await client.SubscribeAsync("a.b", "a.*", "*.b", ">", "a.>", "a.b");

        await server.PublishAsync("a.b", "1");
        await client.WaitForMessagesAsync(1);
        await client.SendAsync("""{"type":"unsubscribe","data":{"channels":["a.b","a.*","*.b",">"]}}""");
        await client.WaitForAsync("unsubscription_ack");
        await server.PublishAsync("a.b", "2");
        await server.PublishAsync("b.b", "3");
        await client.SendAsync("""{"type":"unsubscribe","data":{"channels":["a.>"]}}""");
        await client.WaitForAsync("unsubscription_ack", 2);
        await server.PublishAsync("a.b", "4");
        await client.SubscribeAsync("end");
        await server.PublishAsync("end", "5");
        await client.WaitForMessagesAsync(3);

        Assert.Equal([1, 2, 5], client.Messages.Select(message => message["data"]!.GetValue<int>()));
        Assert.Equal(5, client.OfType("subscription_ack")[0]["count"]!.GetValue<int>());
    }
}
