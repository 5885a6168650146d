using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>Requests of clients: what is understood, what is refused, and that the connection survives the refusal.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
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
    [InlineData("""{"type":"heartbeat","type":"subscribe"}""", "invalid_request")]
    [InlineData("""[{"type":"heartbeat"},{"type":"heartbeat"}]""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":{"channels":{"__proto__":["a"]}}}""", "invalid_request")]
    [InlineData("""{"type":["heartbeat"]}""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":true}""", "invalid_request")]
    [InlineData("""{"type":"subscribe","data":{"channels":["a"],"since":1,"epoch":"e","at":-1}}""", "invalid_request")]
    [InlineData("""{"type":"heartbeat","id":"\ud800"}""", "invalid_json")]
    [InlineData("""{"\ud800":1,"type":"dance"}""", "invalid_json")]
    [InlineData("""{"__proto__":{"type":"heartbeat"},"constructor":{},"type":"dance"}""", "unknown_type")]
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
}
