using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Requests that are meant to cost the server more than they cost their sender: what they may take is bounded, and the others are served.</summary>
[Collection(HeavyTests.Name)]
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class RequestAbuseTests
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public async Task A_hundred_thousand_names_and_thousands_of_patterns_stay_within_the_limits_and_everybody_gets_what_is_theirs()
    {
        await using var server = await AbusedServer.StartAsync(
            ("WS_TRANSPORT", WayToTheWire.OfThisRun), ("WS_MAX_PATTERNS_PER_CLIENT", "5000"), ("WS_MAX_CHANNELS_PER_CLIENT", "5000"), ("WS_SEND_QUEUE_BYTES", "1MB"));
        await using var healthy = await TestClient.ConnectAsync(new Uri($"ws://{server.Address.Authority}/ws?channels=a.1"));
        await healthy.WaitForAsync("subscription_ack");
        var before = await server.ResidentBytesAsync();

        using (var greedy = await RawClient.ConnectAsync(server.Address))
        {
            var acks = 0;
            for (var first = 0; first < 100_000; first += 1_000, acks++)
            {
                await greedy.SendTextAsync(Subscribe(Enumerable.Range(first, 1_000).Select(number => $"n{number}")));
                Assert.InRange((await greedy.ReadAsync("subscription_ack")).Json["count"]!.GetValue<int>(), 1, 5_000);
            }

            await SubscribeToStrangeAsync(greedy);
            await HoldPatternsAsync(server, 10, 5_000);
            Assert.InRange(await server.ResidentBytesAsync() - before, double.MinValue, 150 * Megabyte);
        }

        await server.PublishAsync("a.1", "1");
        await healthy.WaitForMessagesAsync(1);
        await healthy.CloseAsync();
        await healthy.WaitForEndAsync();
        await server.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Ten_megabytes_of_garbage_close_their_connection_alone_and_are_kept_nowhere()
    {
        await using var server = await AbusedServer.StartAsync(("WS_TRANSPORT", WayToTheWire.OfThisRun), ("WS_CLIENT_RATE", "10"), ("WS_CLIENT_BURST", "100"));
        await using var healthy = await TestClient.ConnectAsync(new Uri($"ws://{server.Address.Authority}/ws?channels=a"));
        var before = await server.ResidentBytesAsync();

        foreach (var garbage in (string[])[new string('[', 16_000), "{\"type\":\"" + new string('x', 16_000) + "\"}", "x"])
        {
            var frame = ClientFrame.Text(garbage).ToBytes();
            using var client = await RawClient.ConnectAsync(server.Address);
            var sending = SendAsync(client, frame, 10 * (int)Megabyte / frame.Length);
            var frames = await client.ReadToEndAsync();
            client.Dispose();
            await sending;

            Assert.Contains(frames[^1].CloseCode, (int[])[4502, 4103]);
            Assert.All(frames.Where(one => one.Type == "error"), error => Assert.True(error.Payload.Length <= 1024, $"an error of {error.Payload.Length} bytes"));
        }

        Assert.InRange(await server.ResidentBytesAsync() - before, double.MinValue, 50 * Megabyte);
        await server.PublishAsync("a", "1");
        await healthy.WaitForMessagesAsync(1);
        await healthy.CloseAsync();
        await healthy.WaitForEndAsync();
        // Not the descriptors: the first broken JSON of a process loads an assembly, which keeps two.
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_connections_current") == 0, "every place should be given back");
    }

    [Fact]
    public async Task Fifty_replays_at_once_are_each_answered()
    {
        await using var server = await TestServer.StartAsync(("WS_TRANSPORT", WayToTheWire.OfThisRun));
        using var client = await RawClient.ConnectAsync(server, "?channels=a");

        for (var id = 0; id < 50; id++) await client.SendTextAsync($$$"""{"type":"replay","id":{{{id}}},"data":{"since":0}}""");
        await client.SendTextAsync("""{"type":"heartbeat","id":"end"}""");

        Assert.Equal("end", (await client.ReadAsync("pong")).Json["id"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_compressed_frame_is_refused_at_its_header_with_a_token_and_without_and_a_thousand_cost_no_memory(bool needsToken)
    {
        await using var server = needsToken
            ? await TestServer.StartAsync(("WS_AUTH_JWT_SECRET", TokenMaker.Secret))
            : await TestServer.StartAsync();
        await server.MetricAsync("process_resident_memory_bytes");

        // Ten megabytes of zeros, as permessage-deflate would have them.
        var bomb = new MemoryStream();
        await using (var deflate = new System.IO.Compression.DeflateStream(bomb, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true)) await deflate.WriteAsync(new byte[10 * Megabyte]);
        Assert.InRange(bomb.Length, 1, 16 * 1024);

        for (var i = 0; i < 20; i++)
        {
            using var client = await RawClient.OpenAsync(server);
            await client.SendAsync($"{RawClient.Upgrade}Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
            var reply = await client.ReadReplyAsync();
            Assert.Equal((101, false), (reply.Status, reply.Headers.ContainsKey("sec-websocket-extensions")));
            for (var frame = 0; frame < 50; frame++)
            {
                try
                {
                    await client.SendFrameAsync(RawFrame.Text, bomb.ToArray(), flags: 0xC);
                }
                catch (System.Net.Sockets.SocketException)
                {
                    break;
                }
            }

            // It may have been cut while the rest was still on its way.
            var frames = await client.ReadToEndAsync();
            Assert.DoesNotContain(frames, one => one.Type is not (null or "welcome"));
            if (frames is [.., { Opcode: RawFrame.Close } close]) Assert.Equal(1002, close.CloseCode);
        }

        await Wait.UntilAsync(async () => await server.MetricAsync("ws_connections_current") == 0, "every place should be given back");
        Assert.Equal(20, await server.MetricAsync("ws_disconnects_total{reason=\"protocol_error\"}"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Json_that_is_meant_to_hurt_is_one_small_error_with_a_token_and_without(bool needsToken)
    {
        (string, string)[] wide = [("WS_MAX_MESSAGE_BYTES", "256KB"), ("WS_TRANSPORT", WayToTheWire.OfThisRun)];
        await using var server = await TestServer.StartAsync(needsToken ? [.. wide, ("WS_AUTH_JWT_SECRET", TokenMaker.Secret)] : wide);
        using var client = await RawClient.ConnectAsync(server);
        string[] nonsense =
        [
            $$"""{"{{new string('k', 60_000)}}":1}""",
            $$"""{"type":"{{new string('t', 60_000)}}"}""",
            $"[{string.Join(',', Enumerable.Repeat("""{"type":"heartbeat"}""", 5_000))}]",
            $$"""{"type":"heartbeat","data":{{string.Concat(Enumerable.Repeat("{\"a\":", 10_000))}}1{{new string('}', 10_000)}}}""",
            $$"""{"type":"heartbeat",{{string.Join(',', Enumerable.Repeat("\"id\":[]", 5_000))}}}""",
            $$"""{"type":"subscribe","data":{"since":{{new string('9', 60_000)}} } }""",
            "{\"type\":\"\\u" + new string('0', 60_000),
        ];

        foreach (var text in nonsense)
        {
            await client.SendTextAsync(text);
            var error = await client.ReadAsync("error");
            Assert.True(error.Payload.Length <= 1024, $"an error of {error.Payload.Length} bytes for {text[..40]}");
            foreach (var letter in "kt90") Assert.DoesNotContain(new string(letter, 65), error.ToString(), StringComparison.Ordinal);
        }

        await client.SendTextAsync("""{"type":"heartbeat"}""");
        await client.ReadAsync("pong");
        Assert.DoesNotContain(server.Log, line => line.Contains("Exception", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal));
    }

    /// <summary>Names of every kind that is none, and some that only look so.</summary>
    private static async Task SubscribeToStrangeAsync(RawClient client)
    {
        string[] refused = [new('n', 5_000), string.Join('.', Enumerable.Repeat("t", 200)), "..", ".a", "a.", "a\u0001b", "a\tb", ">.a", "", " "];
        foreach (var name in refused)
        {
            await client.SendTextAsync(Subscribe([name]));
            var error = await client.ReadAsync("error");
            Assert.Contains(error.Json["code"]!.GetValue<string>(), (string[])["invalid_channel", "too_many_channels"]);
            Assert.True(error.Payload.Length <= 1024, $"an error of {error.Payload.Length} bytes");
        }
    }

    /// <summary>So many clients with so many patterns each, all different, of which one matches what is published.</summary>
    private static async Task HoldPatternsAsync(AbusedServer server, int clients, int patterns)
    {
        var holding = new List<RawClient>();
        for (var number = 0; number < clients; number++)
        {
            var client = await RawClient.ConnectAsync(server.Address);
            holding.Add(client);
            for (var first = 1; first < patterns; first += 500)
            {
                await client.SendTextAsync(Subscribe(Enumerable.Range(first, Math.Min(500, patterns - first)).Select(i => $"*.p{number}x{i}.>")));
                await client.ReadAsync("subscription_ack");
            }

            await client.SendTextAsync(Subscribe([number % 2 == 0 ? ">" : "*.*.>", "beyond.*", "beyond.>"]));
            await client.ReadAsync("subscription_ack");
        }

        for (var i = 1; i <= 50; i++) await server.PublishAsync($"x.p{i % clients}x7.y", $"{i}");
        for (var number = 0; number < clients; number++)
        {
            for (var i = 1; i <= 50; i++) Assert.Equal(i, (await holding[number].ReadAsync("message")).Json["data"]!.GetValue<int>());
            holding[number].Dispose();
        }
    }

    private static string Subscribe(IEnumerable<string> names) =>
        new JsonObject { ["type"] = "subscribe", ["data"] = new JsonObject { ["channels"] = new JsonArray([.. names.Select(name => (JsonNode)name)]) } }.ToJsonString();

    private static async Task SendAsync(RawClient client, byte[] frame, int times)
    {
        try
        {
            for (var i = 0; i < times; i++) await client.SendAsync(frame);
        }
        catch (Exception cut) when (cut is System.Net.Sockets.SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // That is how it should end.
        }
    }
}
