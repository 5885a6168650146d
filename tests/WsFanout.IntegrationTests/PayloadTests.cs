using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>What publishers send is what subscribers get: untouched when it is JSON, quoted when it is text, base64 when it is neither.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class PayloadTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Any_payload_arrives_as_what_it_is(bool throughBroker)
    {
        await using var nats = throughBroker ? await NatsServerProcess.StartAsync() : null;
        await using var server = nats is null ? await TestServer.StartAsync() : await TestServer.StartAsync(nats);
        using var client = await RawClient.ConnectAsync(server, "?channels=a");
        await client.ReadAsync("subscription_ack");
        (byte[] Payload, string Data)[] cases =
        [
            .. Untouched.Select(json => (Encoding.UTF8.GetBytes(json), $"\"data\":{json}}}")),
            .. Quoted.Select(text => (Encoding.UTF8.GetBytes(text), "\"data\":\"")),
            ([0xff, 0xfe, 0x00], "\"data\":null,\"base64\":\"//4A\"}"),
            ([.. "{\"a\":\""u8, 0xc3, 0x28, .. "\"}"u8], "\"data\":null,\"base64\":\"" + Convert.ToBase64String([.. "{\"a\":\""u8, 0xc3, 0x28, .. "\"}"u8]) + "\"}"),
            ([0xed, 0xa0, 0x80], "\"data\":null,\"base64\":\"7aCA\"}"),
        ];

        foreach (var (payload, data) in cases)
        {
            await PublishAsync(server, payload);
            var frame = await client.ReadAsync("message");
            var text = Encoding.UTF8.GetString(frame.Payload);
            if (!data.EndsWith('}')) Assert.Equal(Encoding.UTF8.GetString(payload), JsonNode.Parse(frame.Payload)!["data"]!.GetValue<string>());
            else Assert.EndsWith(data, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_keys_of_a_message_stand_in_their_order()
    {
        await using var server = await TestServer.StartAsync();
        using var client = await RawClient.ConnectAsync(server, "?channels=a");
        await client.ReadAsync("subscription_ack");

        await PublishAsync(server, "{\"type\":\"bye\"}"u8.ToArray());

        var keys = JsonNode.Parse((await client.ReadAsync("message")).Payload)!.AsObject().Select(property => property.Key);
        Assert.Equal(["type", "channel", "seq", "prev", "ts", "data"], keys);
    }

    [Fact]
    public async Task A_payload_nested_two_hundred_thousand_levels_deep_passes()
    {
        await using var server = await TestServer.StartAsync();
        using var client = await RawClient.ConnectAsync(server, "?channels=a");
        await client.ReadAsync("subscription_ack");
        var deep = new string('[', 200_000) + new string(']', 200_000);

        await PublishAsync(server, Encoding.ASCII.GetBytes(deep));
        var frame = (await client.ReadAsync())!;
        await PublishAsync(server, Encoding.ASCII.GetBytes(deep[1..]));
        var broken = (await client.ReadAsync())!;

        Assert.EndsWith($"\"data\":{deep}}}", Encoding.ASCII.GetString(frame.Payload), StringComparison.Ordinal);
        Assert.EndsWith($"\"data\":\"{deep[1..]}\"}}", Encoding.ASCII.GetString(broken.Payload), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mebibyte_goes_through_the_broker_whole_and_one_byte_more_is_too_large()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats);
        await using var client = await server.ConnectAsync("?channels=a");
        await client.WaitForAsync("subscription_ack");
        var payload = new byte[1024 * 1024];
        Array.Fill(payload, (byte)'1');

        await PublishAsync(server, payload);
        await client.WaitForMessagesAsync(1);
        using var refused = await server.Http.PostAsync(new Uri("publish/a", UriKind.Relative), new ByteArrayContent([.. payload, (byte)'1']));

        Assert.Equal(payload.Length, client.Messages[0]["data"]!.ToJsonString().Length);
        Assert.Equal(413, (int)refused.StatusCode);
    }

    private static readonly string[] Untouched =
        ["1.50", "-0", "1E400", "\"x\"", "null", "true", "{}", " {\"b\" : 1,\n\"a\":[ ] ,\"b\":2} ", "\"\\u0000\\ud800\"", "{\"__proto__\":{}}", "\"<script>&\u2028ü\""];

    private static readonly string[] Quoted =
        ["", " ", "hello", "{", "{\"a\":1}x", "01", "NaN", "'x'", "[1,]", "{\"a\":1}{\"b\":2}", "\uFEFF{}", "line\r\nend\u0000\u001b[31m", "\"\u0001\"", "ü€😀"];

    private static async Task PublishAsync(TestServer server, byte[] payload)
    {
        using var content = new ByteArrayContent(payload);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var answer = await server.Http.PostAsync(new Uri("publish/a", UriKind.Relative), content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
