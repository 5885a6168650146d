using WsFanout.Testing;

namespace WsFanout.Nats.Tests.Scripted;

public class ConnectionLossTests
{
    [Theory]
    [InlineData("MSG a.b 2 100\r\nonly this", "in the middle of a frame")]
    [InlineData("MSG a.b 2 -1\r\n", "protocol: size of a message is '-1'")]
    [InlineData("HMSG a.b 2 30 20\r\n", "protocol: size of a header block is '30'")]
    [InlineData("MSG a.b 2 4000000000\r\n", "protocol: size of a message is '4000000000'")]
    [InlineData("NOISE\r\n", "protocol: unknown operation 'NOISE'")]
    [InlineData("-ERR 'Stale Connection'\r\n", "server: Stale Connection")]
    [InlineData("-ERR 'Maximum Payload Violation'\r\n", "server: Maximum Payload Violation")]
    [InlineData("-err 'User Authentication Expired'\r\n", "auth: User Authentication Expired")]
    [InlineData("-ERR\r\n", "server: ")]
    public async Task Whatever_ends_a_connection_is_logged_once_and_the_next_one_works(string last, string reason)
    {
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            if (peer.Number == 1)
            {
                await peer.SendAsync(last);
                return;
            }

            var request = await peer.ReadRequestAsync();
            await peer.SendAsync($"MSG {request.ReplyTo} 1 2\r\nok\r\n");
            await peer.StayAsync();
        });
        var log = new LogLines();
        await using var connection = await NatsClient.OpenAsync(NatsClient.Options(server.Url), log);
        await connection.IsOpenAsync(generation: 2);

        using var answer = await connection.RequestAsync("question", default);

        Assert.True(answer.Payload.SequenceEqual("ok"u8));
        Assert.Equal(1, connection.ReconnectCount);
        Assert.Single(log.Lines, line => line.StartsWith("Warning: Lost the connection", StringComparison.Ordinal) && line.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_whose_pings_go_unanswered_is_dropped()
    {
        var pings = 0;
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            while (await peer.TryReadLineAsync() is { } line)
            {
                Interlocked.Add(ref pings, peer.Number == 1 && line == "PING" ? 1 : 0);
                if (peer.Number > 1)
                {
                    await peer.SendAsync("PONG\r\n");
                }
            }
        });
        var log = new LogLines();
        await using var connection = await NatsClient.OpenAsync(NatsClient.Options(server.Url) with { PingInterval = TimeSpan.FromMilliseconds(100) }, log);

        await connection.IsOpenAsync(generation: 2);

        Assert.Equal(2, Volatile.Read(ref pings));
        Assert.Contains(log.Lines, line => line.Contains("stale: 2 PINGs unanswered", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_hangs_up_only_when_the_server_has_read_what_was_published()
    {
        var asked = new TaskCompletionSource();
        var mayAnswer = new TaskCompletionSource();
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            while (await peer.ReadLineAsync() != "PING")
            {
            }

            asked.SetResult();
            await mayAnswer.Task;
            await peer.SendAsync("PONG\r\n");
            await peer.StayAsync();
        });
        var connection = await NatsClient.OpenAsync(NatsClient.Options(server.Url), time: new EndlessPatience());
        await connection.PublishAsync("news", "now"u8.ToArray());

        var closing = connection.DisposeAsync().AsTask();

        await asked.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal((false, NatsConnectionState.Open), (closing.IsCompleted, connection.ConnectionState));
        mayAnswer.SetResult();
        await closing.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_server_that_hangs_up_during_the_goodbye_is_not_waited_for()
    {
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            while (await peer.ReadLineAsync() != "PING")
            {
            }
        });
        var connection = await NatsClient.OpenAsync(NatsClient.Options(server.Url), time: new EndlessPatience());
        await connection.PublishAsync("news", "now"u8.ToArray());

        await connection.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_ping_of_the_server_is_answered()
    {
        var answer = new TaskCompletionSource<string>();
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            await peer.SendAsync("PING\r\n");
            answer.SetResult(await peer.ReadLineAsync());
            await peer.StayAsync();
        });
        await using var connection = await NatsClient.OpenAsync(server.Url);

        Assert.Equal("PONG", await answer.Task.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task What_waits_on_a_connection_fails_with_it_and_what_arrived_before_can_still_be_read()
    {
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            if (peer.Number > 1)
            {
                await peer.StayAsync();
                return;
            }

            var sid = (await peer.ReadLineAsync()).Split(' ')[^1];
            await peer.ReadRequestAsync();
            await peer.SendAsync($"MSG a.b {sid} 4\r\nlast\r\n");
        });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        using var sub = connection.Subscribe("a.b", capacity: 4);

        await Assert.ThrowsAsync<NatsNotConnectedException>(async () => await connection.RequestAsync("question", default));

        using var last = await sub.NextAsync();
        Assert.True(last.Payload.SequenceEqual("last"u8));
        await Assert.ThrowsAsync<NatsNotConnectedException>(() => sub.Msgs.Completion.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_server_that_accepts_and_hangs_up_at_once_is_not_tried_in_a_hot_loop()
    {
        await using var server = ScriptedServer.Start(async peer => await peer.AcceptAsync());
        var patient = NatsClient.Options(server.Url) with { ReconnectWaitMin = TimeSpan.FromMinutes(1), ReconnectWaitMax = TimeSpan.FromMinutes(1) };
        await using var connection = NatsClient.Start(patient);

        await Wait.UntilAsync(() => connection is { Generation: 1, ConnectionState: NatsConnectionState.Connecting }, "it was accepted and lost again");

        // Nothing to wait for: a hot loop would have connected a hundred times by then.
        await Task.Delay(TimeSpan.FromMilliseconds(200));
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Every_server_is_tried_once_before_the_first_pause()
    {
        var tried = new System.Collections.Concurrent.ConcurrentQueue<string>();
        ScriptedServer Refusing(string name) => ScriptedServer.Start(peer =>
        {
            tried.Enqueue(name);
            return Task.CompletedTask;
        });
        await using var a = Refusing("a");
        await using var b = Refusing("b");
        await using var c = Refusing("c");
        var patient = NatsClient.Options(a.Url, b.Url, c.Url) with { ReconnectWaitMin = TimeSpan.FromMinutes(1), ReconnectWaitMax = TimeSpan.FromMinutes(1) };

        await using var connection = NatsClient.Start(patient);
        await Wait.UntilAsync(() => tried.Count >= 3, "all three are tried");

        // Nothing to wait for: without the pause there would be hundreds by then.
        await Task.Delay(TimeSpan.FromMilliseconds(200));
        Assert.Equal(["a", "b", "c"], tried.Order());
    }
}
