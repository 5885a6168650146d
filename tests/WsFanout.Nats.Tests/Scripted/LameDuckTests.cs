using WsFanout.Testing;

namespace WsFanout.Nats.Tests.Scripted;

public class LameDuckTests
{
    [Fact]
    public async Task A_server_that_is_about_to_stop_is_left_for_another_before_it_cuts()
    {
        var leftOpen = new TaskCompletionSource<string?>();
        await using var second = Answering("second");
        await using var first = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            await peer.ReadLineAsync();
            await peer.SendAsync(Leave("A", second.Url.Port));

            // Whatever the client still has to say, until it is the client that hangs up.
            string? last = null;
            while (await peer.TryReadLineAsync() is { } line) last = line;
            leftOpen.SetResult(last);
        });
        var log = new LogLines();
        await using var connection = await NatsClient.OpenAsync(NatsClient.Options(first.Url), log);
        using var sub = connection.Subscribe("a", capacity: 1);
        var states = new HashSet<NatsConnectionState>();

        await Wait.UntilAsync(
            () =>
            {
                states.Add(connection.ConnectionState);
                return connection.Generation == 2;
            },
            "it has moved");
        using var answer = await connection.RequestAsync("who", default, timeout: TimeSpan.FromSeconds(10));

        Assert.Equal("second", System.Text.Encoding.UTF8.GetString(answer.Payload));
        Assert.Equal([NatsConnectionState.Open], states);
        await leftOpen.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<NatsNotConnectedException>(() => sub.Msgs.Completion.WaitAsync(TimeSpan.FromSeconds(10)));
        await Wait.UntilAsync(() => log.Lines.Any(line => line.Contains("Left NATS server", StringComparison.Ordinal)), "the move is logged");
        Assert.DoesNotContain(log.Lines, line => line.Contains("Lost the connection", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_published_before_the_move_still_goes_out_the_old_way()
    {
        var arrived = 0;
        await using var second = Answering("second");
        await using var first = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            await peer.SendAsync(Leave("A", second.Url.Port));
            while (await peer.TryReadLineAsync() is { } line)
            {
                Interlocked.Add(ref arrived, line.StartsWith("PUB early", StringComparison.Ordinal) ? 1 : 0);
            }
        });
        await using var connection = await NatsClient.OpenAsync(first.Url);

        var sent = 0;
        var payload = new byte[10_000];
        while (connection.Generation == 1)
        {
            await connection.PublishAsync("early", payload);
            sent++;
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }

        // The last may have gone the new way.
        await Wait.UntilAsync(() => Volatile.Read(ref arrived) >= sent - 1, $"the {sent} published before the move arrive; {Volatile.Read(ref arrived)} did");
    }

    [Fact]
    public async Task Where_no_other_is_known_the_connection_stays_until_it_is_cut()
    {
        var cut = new TaskCompletionSource();
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            if (peer.Number == 1)
            {
                await peer.SendAsync("INFO {\"server_id\":\"A\",\"headers\":true,\"max_payload\":1048576,\"ldm\":true} \r\n");
                var request = await peer.ReadRequestAsync();
                await peer.SendAsync($"MSG {request.ReplyTo} 1 2\r\nok\r\n");
                await cut.Task;
                return;
            }

            await peer.StayAsync();
        });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        (await connection.RequestAsync("question", default, timeout: TimeSpan.FromSeconds(10))).Dispose();

        // Longer than the longest hesitation: it would have moved by then.
        await Task.Delay(TimeSpan.FromSeconds(1.2));
        Assert.Equal((1, 1L), (server.Connections, connection.Generation));
        cut.SetResult();

        await connection.IsOpenAsync(generation: 2);
    }

    [Theory]
    [InlineData("{\"server_id\":\"A\"}", "the same server by another address")]
    [InlineData("{\"server_id\":\"B\",\"ldm\":true}", "one that is about to stop too")]
    [InlineData("{\"max_payload\":\"much\"}", "one that cannot be had")]
    public async Task A_server_that_is_no_better_is_not_moved_to_until_it_is(string info, string what)
    {
        var isBetter = false;
        await using var second = ScriptedServer.Start(async peer =>
        {
            if (Volatile.Read(ref isBetter))
            {
                await peer.AcceptAsync("INFO {\"server_id\":\"C\",\"headers\":true,\"max_payload\":1048576}\r\n");
                await peer.StayAsync();
            }
            else
            {
                await peer.AcceptAsync($"INFO {info}\r\n");
            }
        });
        await using var first = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync("INFO {\"server_id\":\"A\",\"headers\":true,\"max_payload\":1048576}\r\n");
            await peer.SendAsync(Leave("A", second.Url.Port));
            await peer.StayAsync();
        });
        await using var connection = await NatsClient.OpenAsync(first.Url);

        await Wait.UntilAsync(() => second.Connections >= 3, $"{what} is tried again and again");
        Assert.Equal((NatsConnectionState.Open, 1L), (connection.ConnectionState, connection.Generation));
        Volatile.Write(ref isBetter, true);

        await connection.IsOpenAsync(generation: 2);
        Assert.Equal("C", connection.ServerInfo?.ServerId);
    }

    [Fact]
    public async Task A_connection_that_is_cut_while_another_is_tried_keeps_nobody_waiting()
    {
        var cut = new TaskCompletionSource();
        await using var second = ScriptedServer.Start(peer => peer.StayAsync());
        await using var first = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            await peer.SendAsync(Leave("A", second.Url.Port));
            await cut.Task;
        });
        await using var connection = await NatsClient.OpenAsync(NatsClient.Options(first.Url) with { ConnectTimeout = TimeSpan.FromMinutes(1) });
        var waiting = connection.RequestAsync("question", default, timeout: TimeSpan.FromMinutes(1)).AsTask();
        await Wait.UntilAsync(() => second.Connections == 1, "the second, which says nothing, is dialled");

        cut.SetResult();

        await Assert.ThrowsAsync<NatsNotConnectedException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(NatsConnectionState.Connecting, connection.ConnectionState);
    }

    [Fact]
    public async Task A_client_that_is_disposed_while_it_moves_ends_both_connections()
    {
        await using var second = ScriptedServer.Start(peer => peer.StayAsync());
        await using var first = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            await peer.SendAsync(Leave("A", second.Url.Port));
            await peer.StayAsync();
        });
        var connection = await NatsClient.OpenAsync(NatsClient.Options(first.Url) with { ConnectTimeout = TimeSpan.FromMinutes(1) });
        await Wait.UntilAsync(() => second.Connections == 1, "the second is dialled");

        await connection.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(NatsConnectionState.Closed, connection.ConnectionState);
    }

    private static string Leave(string id, int port) =>
        $"INFO {{\"server_id\":\"{id}\",\"headers\":true,\"max_payload\":1048576,\"ldm\":true,\"connect_urls\":[\"127.0.0.1:{port}\"]}} \r\n";

    private static ScriptedServer Answering(string name) => ScriptedServer.Start(async peer =>
    {
        await peer.AcceptAsync("INFO {\"server_id\":\"B\",\"headers\":true,\"max_payload\":1048576}\r\n");
        while (await peer.TryReadLineAsync() is { } line)
        {
            if (line.Split(' ') is ["PUB", "who", var replyTo, _]) await peer.SendAsync($"MSG {replyTo} 1 {name.Length}\r\n{name}\r\n");
        }
    });
}
