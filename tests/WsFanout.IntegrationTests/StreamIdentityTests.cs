using System.Text;
using WsFanout.IntegrationTests.Support;
using WsFanout.Nats;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>A stream that is no longer the one that was read: recognised though name, date and numbers may be the same.</summary>
public sealed class StreamIdentityTests
{
    // At the same time: nearly all of it is waiting for brokers.
    [Fact]
    public Task A_copy_that_was_restored_is_another_stream_whether_it_ends_before_the_cursor_or_behind_it() => Task.WhenAll(
        RestoreAsync(10, 13, holeBefore: false), RestoreAsync(10, 13, holeBefore: true), RestoreAsync(10, 0, holeBefore: false), RestoreAsync(0, 0, holeBefore: false));

    [Fact]
    public async Task A_stream_that_is_replaced_while_it_is_attached_is_another_stream()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        await broker.Js.CreateStreamAsync(MemoryStream());
        using var proxy = new HoldingProxy(nats.Port);
        await using var server = await TestServer.StartAsync(("NATS_URL", proxy.Url.ToString()), ("JS_STREAM_MAX_AGE", "10m"));
        await server.WaitUntilReadyAsync();
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");
        for (var i = 1; i <= 20; i++) await PublishAsync(broker, $"old {i}");
        await client.WaitForMessagesAsync(20);

        proxy.HoldAt("$JS.API.CONSUMER.CREATE");
        var consumers = await broker.ConsumersAsync();
        foreach (var consumer in consumers) await broker.Js.DeleteConsumerAsync(Broker.Stream, consumer);
        await proxy.Held;
        await broker.Js.DeleteStreamAsync(Broker.Stream);
        await broker.Js.CreateStreamAsync(MemoryStream());
        for (var i = 1; i <= 30; i++) await PublishAsync(broker, $"new {i}");
        proxy.Release();

        await client.WaitForAsync("reset");
        await client.WaitForMessagesAsync(50);
        Assert.Equal(Enumerable.Range(1, 30).Select(i => $"new {i}"), client.Messages.Skip(20).Select(message => message["data"]!.GetValue<string>()));
        Assert.Empty(client.OfType("gap"));
        await Wait.UntilAsync(async () => (await broker.ConsumersAsync()).Length == 1, "no consumer should be left behind");
    }

    [Fact]
    public async Task A_restored_copy_is_another_stream_also_to_a_client_that_is_ahead_of_the_server_when_it_asks()
    {
        using var folder = new EmptyFolder();
        var (store, copy) = (Path.Combine(folder.Path, "store"), Path.Combine(folder.Path, "copy"));
        await using (var first = await NatsServerProcess.StartAsync(new NatsServerOptions { StoreDir = store }))
        {
            await using var broker = await Broker.ConnectAsync(first);
            await broker.Js.CreateStreamAsync(FileStream());
            for (var i = 1; i <= 10; i++) await PublishAsync(broker, $"old {i}");
            await first.TerminateAsync();
        }

        CopyFolder(store, copy);
        string position;
        await using (var first = await NatsServerProcess.StartAsync(new NatsServerOptions { StoreDir = store }))
        {
            await using var before = await TestServer.StartAsync(first, ("JS_STREAM_MAX_AGE", "10m"));
            await using var seer = await before.ConnectAsync("?channels=a");
            await seer.WaitForAsync("subscription_ack");
            await using var broker = await Broker.ConnectAsync(first);
            for (var i = 11; i <= 20; i++) await PublishAsync(broker, $"old {i}");
            await seer.WaitForMessagesAsync(10);
            position = $"""
                "since":20,"epoch":{seer.OfType("welcome")[0]["epoch"]!.ToJsonString()},"at":{seer.Messages[^1]["ts"]}
                """;
        }

        Directory.Delete(store, recursive: true);
        CopyFolder(copy, store);
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { StoreDir = store });
        using var proxy = new HoldingProxy(nats.Port);
        await using var server = await TestServer.StartAsync(nats, ("NATS_URL", proxy.Url.ToString()), ("JS_STREAM_MAX_AGE", "10m"));
        await using var client = await server.ConnectAsync();

        // The server stays at 10 while the copy grows past the client, and can't look how far it reaches.
        proxy.HoldAt("$JS.API.CONSUMER.MSG.NEXT");
        proxy.Cut();
        await proxy.Held;
        await using (var broker = await Broker.ConnectAsync(nats))
        {
            for (var i = 11; i <= 30; i++) await PublishAsync(broker, $"new {i}");
        }

        await client.SendAsync($$"""{"type":"subscribe","data":{"channels":["a"],{{position}}} }""");
        await client.WaitForAsync("subscription_ack");
        proxy.Release();
        await client.WaitForAsync("sync");
        var mark = client.OfType("sync")[0]["seq"]!.GetValue<int>();
        await client.WaitForMessagesAsync(30 - mark);

        Assert.Equal((10, true), (client.OfType("subscription_ack")[0]["seq"]!.GetValue<int>(), client.OfType("subscription_ack")[0]["recovered"]!.GetValue<bool>()));
        Assert.Equal(["welcome", "subscription_ack", "reset", "sync"], client.Frames.Take(4).Select(frame => frame["type"]!.GetValue<string>()));
        Assert.Equal(Enumerable.Range(mark + 1, 30 - mark), client.Messages.Select(message => message["seq"]!.GetValue<int>()));
    }

    /// <summary>Under the same date of creation.</summary>
    /// <param name="copied">What the copy holds, of 20 messages read.</param>
    /// <param name="written">What is written to it before the server sees it.</param>
    private static async Task RestoreAsync(int copied, int written, bool holeBefore)
    {
        using var folder = new EmptyFolder();
        var (store, copy) = (Path.Combine(folder.Path, "store"), Path.Combine(folder.Path, "copy"));
        await using (var first = await NatsServerProcess.StartAsync(new NatsServerOptions { StoreDir = store }))
        {
            await using var broker = await Broker.ConnectAsync(first);
            await broker.Js.CreateStreamAsync(FileStream());
            for (var i = 1; i <= copied; i++) await PublishAsync(broker, $"old {i}");
            await first.TerminateAsync();
        }

        CopyFolder(store, copy);
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { StoreDir = store });
        await using (var broker = await Broker.ConnectAsync(nats))
        {
            for (var i = copied + 1; i <= 20; i++) await PublishAsync(broker, $"old {i}");
            if (holeBefore) await broker.Js.DeleteMessageAsync(Broker.Stream, 19);
        }

        using var proxy = new HoldingProxy(nats.Port);
        await using var server = await TestServer.StartAsync(nats, ("NATS_URL", proxy.Url.ToString()), ("JS_STREAM_MAX_AGE", "10m"));
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");
        await nats.KillAsync();
        Directory.Delete(store, recursive: true);
        CopyFolder(copy, store);
        await using (var restored = await NatsServerProcess.StartAsync(new NatsServerOptions { StoreDir = store }))
        {
            await using var broker = await Broker.ConnectAsync(restored);
            for (var i = 0; i < written; i++) await PublishAsync(broker, $"new {i}");
            await restored.TerminateAsync();
        }

        var (end, isReadAgain) = (copied + written, copied + written > 0);
        if (isReadAgain) proxy.HoldAt("$JS.API.CONSUMER.MSG.NEXT");
        await nats.RestartAsync();
        if (isReadAgain) await proxy.Held;
        using (var readiness = await server.Http.GetAsync(new Uri("health/ready", UriKind.Relative)))
        {
            // Nobody should be sent here to resume while the copy has not been read.
            Assert.Equal(isReadAgain, (await readiness.Content.ReadAsStringAsync()).Contains("\"history_not_continuous\"", StringComparison.Ordinal));
        }

        proxy.Release();
        await client.WaitForAsync("reset");
        await Wait.UntilAsync(server.IsAttachedAsync, "the restored stream should be attached");
        await server.PublishAsync("a", "\"live\"");
        await client.WaitForMessagesAsync(1);

        var reset = Assert.Single(client.OfType("reset"));
        Assert.Equal((end, client.OfType("welcome")[0]["epoch"]!.GetValue<string>()), (reset["seq"]!.GetValue<int>(), reset["epoch"]!.GetValue<string>()));
        Assert.Equal((end + 1, end), (client.Messages[0]["seq"]!.GetValue<int>(), client.Messages[0]["prev"]!.GetValue<int>()));
        Assert.Empty(client.OfType("gap"));

        // The copy is what anybody resumes from now: here as at a server that has just started.
        Assert.True(await server.IsReadyAsync());
        if (isReadAgain) Assert.Equal(end, await server.MetricAsync("ws_history_refilled_messages"));
        await using var fresh = await TestServer.StartAsync(nats, ("JS_STREAM_MAX_AGE", "10m"));
        Assert.Equal(end + 1, await fresh.MetricAsync("ws_history_refilled_messages"));
        Assert.Equal(await server.MetricAsync("ws_history_bytes"), await fresh.MetricAsync("ws_history_bytes"));
    }

    /// <summary>Can be made anew at once: of a file stream some brokers still remove the old one's files then, and with them the new one's.</summary>
    private static StreamConfig MemoryStream() => FileStream() with { Storage = StreamConfigStorage.Memory };

    private static StreamConfig FileStream() => new() { Name = Broker.Stream, Subjects = [Broker.Prefix + ">"], MaxAge = TimeSpan.FromMinutes(10) };

    private static async Task PublishAsync(Broker broker, string text) => await broker.Js.PublishAsync(Broker.Prefix + "a", Encoding.UTF8.GetBytes($"\"{text}\""));

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
