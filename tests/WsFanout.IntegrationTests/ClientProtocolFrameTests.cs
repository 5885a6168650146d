using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>What the wire allows a client to send, and which close code a broken rule has.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class ClientProtocolFrameTests
{
    private const int Limit = 16 * 1024;

    public static TheoryData<string, int, string> BrokenRules => new()
    {
        { "unmasked", 1002, "protocol_error" },
        { "reserved bit 1", 1002, "protocol_error" },
        { "reserved bit 2", 1002, "protocol_error" },
        { "reserved bit 3", 1002, "protocol_error" },
        { "unknown opcode", 1002, "protocol_error" },
        { "unknown control opcode", 1002, "protocol_error" },
        { "continuation of nothing", 1002, "protocol_error" },
        { "text inside of a fragmented text", 1002, "protocol_error" },
        { "fragmented ping", 1002, "protocol_error" },
        { "long ping", 1002, "protocol_error" },
        { "close with one byte", 1002, "protocol_error" },
        { "close with a code that is never sent", 1002, "protocol_error" },
        { "length 2^63", 1002, "protocol_error" },
        { "binary", 1003, "binary_frame" },
        { "invalid UTF-8", 1007, "invalid_utf8" },
        { "UTF-8 cut at the end", 1007, "invalid_utf8" },
        { "one byte above the limit", 1009, "message_too_big" },
        { "fragments above the limit", 1009, "message_too_big" },
        { "a gigabyte declared, the limit sent", 1009, "message_too_big" },
    };

    [Theory]
    [MemberData(nameof(BrokenRules))]
    public async Task A_broken_rule_closes_its_connection_with_its_code_and_no_other(string rule, int code, string label)
    {
        await using var server = await TestServer.StartAsync();
        await using var healthy = await server.ConnectAsync("?channels=a");
        using var client = await RawClient.ConnectAsync(server);

        await server.PublishAsync("a", "1");
        await BreakAsync(client, rule);
        await server.PublishAsync("a", "2");
        await client.AssertClosedAsync(code);
        await server.PublishAsync("a", "3");

        await healthy.WaitForMessagesAsync(3);
        Assert.Equal([1, 2, 3], healthy.Messages.Select(message => message["data"]!.GetValue<int>()));
        await client.SendCloseAsync(code);
        await Testing.Wait.UntilAsync(
            async () => await server.MetricAsync($"ws_disconnects_total{{reason=\"{label}\"}}") == 1, $"{rule} should be counted as {label}");
        await Testing.Wait.UntilAsync(async () => await server.MetricAsync("ws_connections_current") == 1, "its place alone should be given back");
    }

    [Fact]
    public async Task A_message_of_exactly_the_limit_is_read_whole_or_in_fragments()
    {
        await using var server = await TestServer.StartAsync();
        using var client = await RawClient.ConnectAsync(server);
        var message = Padded(Limit, 7);

        await client.SendFrameAsync(RawFrame.Text, message);
        Assert.Equal(7, (await client.ReadAsync("pong")).Json["id"]!.GetValue<int>());
        await client.SendFrameAsync(RawFrame.Text, message[..1], flags: 0);
        await client.SendFrameAsync(RawFrame.Ping, "between"u8.ToArray());
        await client.SendFrameAsync(RawFrame.Continuation, [], flags: 0);
        await client.SendFrameAsync(RawFrame.Continuation, message[1..]);

        Assert.Equal("between"u8.ToArray(), (await client.ReadAsync())!.Payload);
        Assert.Equal(7, (await client.ReadAsync("pong")).Json["id"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_character_split_between_two_fragments_is_one_character()
    {
        await using var server = await TestServer.StartAsync();
        using var client = await RawClient.ConnectAsync(server);
        var message = System.Text.Encoding.UTF8.GetBytes("""{"type":"heartbeat","id":"€"}""");
        var cut = Array.IndexOf(message, (byte)0xe2) + 1;

        await client.SendFrameAsync(RawFrame.Text, message[..cut], flags: 0);
        await client.SendFrameAsync(RawFrame.Continuation, message[cut..]);

        Assert.Equal("€", (await client.ReadAsync("pong")).Json["id"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    public async Task A_ping_is_answered_with_its_own_bytes(int length)
    {
        await using var server = await TestServer.StartAsync();
        using var client = await RawClient.ConnectAsync(server);
        var payload = Enumerable.Range(0, length).Select(value => (byte)value).ToArray();

        await client.SendFrameAsync(RawFrame.Ping, payload);
        await client.SendFrameAsync(RawFrame.Pong, "nobody asked"u8.ToArray());

        var pong = (await client.ReadAsync())!;
        Assert.Equal(RawFrame.Pong, pong.Opcode);
        Assert.Equal(payload, pong.Payload);
        await client.SendTextAsync("""{"type":"heartbeat"}""");
        await client.ReadAsync("pong");
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(3000)]
    [InlineData(4999)]
    public async Task A_close_is_answered_with_its_own_code(int code)
    {
        await using var server = await TestServer.StartAsync();
        using var client = await RawClient.ConnectAsync(server);

        await client.SendCloseAsync(code);

        await client.AssertClosedAsync(code);
        Assert.Null(await client.ReadAsync());
        await Testing.Wait.UntilAsync(
            async () => await server.MetricAsync("ws_disconnects_total{reason=\"client_left\"}") == 1, "it should be counted as client_left");
    }

    [Fact]
    public async Task A_close_without_a_code_is_answered_too()
    {
        await using var server = await TestServer.StartAsync();
        using var client = await RawClient.ConnectAsync(server);

        await client.SendFrameAsync(RawFrame.Close, []);

        Assert.Equal(RawFrame.Close, (await client.ReadToEndAsync())[^1].Opcode);
    }

    [Fact]
    public async Task A_close_in_the_middle_of_traffic_is_answered_behind_whole_frames()
    {
        await using var server = await TestServer.StartAsync();
        for (var round = 0; round < 10; round++)
        {
            using var client = await RawClient.ConnectAsync(server, "?channels=a");
            await client.ReadAsync("subscription_ack");
            var publishing = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.PublishAsync("a", new string('1', 10_000))));

            await client.ReadAsync("message");
            await client.SendCloseAsync(1000);

            await client.AssertClosedAsync(1000);
            await publishing;
        }
    }

    private static Task BreakAsync(RawClient client, string rule) => rule switch
    {
        "unmasked" => client.SendFrameAsync(RawFrame.Text, Padded(32, 1), masked: false),
        "reserved bit 1" => client.SendFrameAsync(RawFrame.Text, "{}"u8.ToArray(), flags: 8 | 4),
        "reserved bit 2" => client.SendFrameAsync(RawFrame.Text, "{}"u8.ToArray(), flags: 8 | 2),
        "reserved bit 3" => client.SendFrameAsync(RawFrame.Text, "{}"u8.ToArray(), flags: 8 | 1),
        "unknown opcode" => client.SendFrameAsync(3, "{}"u8.ToArray()),
        "unknown control opcode" => client.SendFrameAsync(11, []),
        "continuation of nothing" => client.SendFrameAsync(RawFrame.Continuation, "{}"u8.ToArray()),
        "text inside of a fragmented text" => InTurn(
            () => client.SendFrameAsync(RawFrame.Text, "{"u8.ToArray(), flags: 0), () => client.SendFrameAsync(RawFrame.Text, "}"u8.ToArray())),
        "fragmented ping" => client.SendFrameAsync(RawFrame.Ping, [], flags: 0),
        "long ping" => client.SendFrameAsync(RawFrame.Ping, new byte[126]),
        "close with one byte" => client.SendFrameAsync(RawFrame.Close, [3]),
        "close with a code that is never sent" => client.SendCloseAsync(1005),
        "length 2^63" => client.SendFrameAsync(RawFrame.Text, "{}"u8.ToArray(), declaredLength: 1UL << 63),
        "binary" => client.SendFrameAsync(RawFrame.Binary, "{}"u8.ToArray()),
        "invalid UTF-8" => client.SendFrameAsync(RawFrame.Text, [(byte)'"', 0xc0, 0x80, (byte)'"']),
        "UTF-8 cut at the end" => client.SendFrameAsync(RawFrame.Text, [(byte)'"', 0xe2, 0x82]),
        "one byte above the limit" => client.SendFrameAsync(RawFrame.Text, Padded(Limit + 1, 1)),
        "fragments above the limit" => InTurn(
            () => client.SendFrameAsync(RawFrame.Text, new byte[Limit], flags: 0), () => client.SendFrameAsync(RawFrame.Continuation, [32], flags: 0)),
        "a gigabyte declared, the limit sent" => client.SendFrameAsync(RawFrame.Text, Padded(Limit + 1, 1), declaredLength: 1UL << 30),
        _ => throw new ArgumentException(rule),
    };

    private static async Task InTurn(params Func<Task>[] steps)
    {
        foreach (var step in steps) await step();
    }

    private static byte[] Padded(int length, int id) =>
        System.Text.Encoding.ASCII.GetBytes($$"""{"type":"heartbeat","id":{{id}}}""".PadRight(length));
}
