using System.Text;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Whatever a stream holds, it is delivered: no stored message stops those behind it.</summary>
public sealed class StoredMessageTests
{
    private static readonly (string Name, string Value)[] LongStream = [("JS_STREAM_MAX_AGE", "10m")];

    [Fact]
    public async Task A_message_that_looks_like_a_word_of_the_broker_s_is_a_message()
    {
        string[] words = ["100 Idle Heartbeat", "404 No Messages", "408 Request Timeout", "409 Consumer Deleted", "503", "999 Nonsense"];
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats, LongStream);
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");
        var consumers = await server.MetricAsync("ws_stream_consumers_created_total");

        foreach (var word in words) await RawNats.PublishAsync(nats, "odin.token.a", $"NATS/1.0 {word}\r\n\r\n");
        await RawNats.PublishAsync(nats, "odin.token.a", "NATS/1.0 100 Idle\r\nNats-Last-Consumer: 1000000\r\n\r\n");
        await server.PublishAsync("a", "\"behind\"");

        await client.WaitForMessagesAsync(words.Length + 2);
        Assert.Equal(Enumerable.Range(1, words.Length + 2).Select(seq => (long)seq), client.Messages.Select(message => message["seq"]!.GetValue<long>()));
        Assert.Equal("behind", client.Messages[^1]["data"]!.GetValue<string>());
        Assert.Equal(consumers, await server.MetricAsync("ws_stream_consumers_created_total"));
        Assert.Empty(client.OfType("gap"));
    }

    [Fact]
    public async Task A_message_from_a_time_when_the_broker_took_larger_ones_is_delivered()
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = "max_payload: 8MB" });
        await using var server = await TestServer.StartAsync(nats, [("WS_SEND_QUEUE_BYTES", "64MB"), .. LongStream]);
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");
        await using (var broker = await Broker.ConnectAsync(nats))
        {
            await nats.RestartAsync("max_payload: 8MB\nauthorization { default_permissions { publish: { deny: [\"$JS.API.CONSUMER.>\"] } }, users: [ { user: a, password: b } ] }, no_auth_user: a");
            await using var again = await Broker.ConnectAsync(nats);
            await again.Js.PublishAsync("odin.token.a", Encoding.UTF8.GetBytes($"\"{new string('x', 3_000_000)}\""), timeout: TimeSpan.FromSeconds(10));
        }

        await nats.RestartAsync("max_payload: 1MB");
        await Wait.UntilAsync(server.IsAttachedAsync, "the stream should be attached again");
        await server.PublishAsync("a", "2");

        await client.WaitForMessagesAsync(2);
        Assert.Equal(3_000_000, client.Messages[0]["data"]!.GetValue<string>().Length);
        Assert.Empty(client.OfType("gap"));
    }

    [Fact]
    public async Task A_backlog_of_large_messages_over_a_slow_line_is_read_without_losing_the_connection()
    {
        const int messages = 120;
        await using var nats = await NatsServerProcess.StartAsync();
        using var proxy = new HoldingProxy(nats.Port) { BytesPerSecond = 20 << 20 };
        await using var server = await TestServer.StartAsync([("NATS_URL", proxy.Url.ToString()), ("WS_WORKER_QUEUE_BYTES", "512MB"), ("JS_STREAM_MAX_BYTES", "1GB"), .. LongStream]);
        await server.WaitUntilReadyAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        var payload = Encoding.UTF8.GetBytes($"\"{new string('x', 900_000)}\"");
        for (var i = 0; i < messages; i++) await broker.Js.PublishAsync("odin.token.a", payload, timeout: TimeSpan.FromSeconds(10));
        var reconnects = await server.MetricAsync("ws_nats_reconnects_total");

        await Wait.UntilAsync(async () => await server.MetricAsync("ws_nats_messages_received_total") >= messages, "the backlog should be read", TimeSpan.FromSeconds(60));

        Assert.DoesNotContain("Slow Consumer", nats.Log, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(reconnects, await server.MetricAsync("ws_nats_reconnects_total"));
    }
}
