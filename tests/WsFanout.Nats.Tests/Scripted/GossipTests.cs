using WsFanout.Testing;

namespace WsFanout.Nats.Tests.Scripted;

public class GossipTests
{
    [Fact]
    public async Task A_server_told_of_in_the_greeting_is_used_when_the_configured_one_is_gone()
    {
        await using var second = Good();
        await using var first = ScriptedServer.Start(async peer => await peer.AcceptAsync(Info(second)));

        await using var connection = NatsClient.Start(NatsClient.Options(first.Url));

        await Wait.UntilAsync(() => second.Connections >= 1, "the second is connected to");
        await connection.IsOpenAsync(generation: 2);
    }

    [Fact]
    public async Task A_server_told_of_later_is_used_and_one_that_a_newer_list_lacks_is_not()
    {
        await using var stale = Good();
        await using var fresh = Good();
        var isCut = false;
        await using var first = ScriptedServer.Start(async peer =>
        {
            if (Volatile.Read(ref isCut)) return;
            await peer.AcceptAsync(Info(stale));
            await peer.SendAsync(Info(fresh));
            var request = await peer.ReadRequestAsync();
            await peer.SendAsync($"MSG {request.ReplyTo} 1 2\r\nok\r\n");
            await peer.ReadLineAsync();
            Volatile.Write(ref isCut, true);
        });
        await using var connection = await NatsClient.OpenAsync(first.Url);

        // Answered behind the second list: it is known then.
        (await connection.RequestAsync("question", default, timeout: TimeSpan.FromSeconds(10))).Dispose();
        await connection.PublishAsync("cut", default);
        await connection.IsOpenAsync(generation: 2);

        Assert.Equal((0, 1), (stale.Connections, fresh.Connections));
    }

    [Fact]
    public async Task A_client_told_to_stay_with_its_own_servers_does()
    {
        await using var second = Good();
        await using var first = ScriptedServer.Start(async peer => await peer.AcceptAsync(Info(second)));

        await using var connection = NatsClient.Start(NatsClient.Options(first.Url) with { IgnoreDiscoveredServers = true });
        await Wait.UntilAsync(() => first.Connections >= 4, "the first is tried again and again");

        Assert.Equal(0, second.Connections);
    }

    [Fact]
    public async Task A_server_that_does_not_let_us_in_teaches_nothing()
    {
        await using var second = Good();
        await using var first = ScriptedServer.Start(async peer =>
        {
            await peer.SendAsync(Info(second));
            await peer.ReadLineAsync();
            await peer.SendAsync("-ERR 'Authorization Violation'\r\n");
        });

        await using var connection = NatsClient.Start(NatsClient.Options(first.Url));
        await Wait.UntilAsync(() => first.Connections >= 3, "the first is tried again and again");

        Assert.Equal(0, second.Connections);
    }

    [Fact]
    public async Task A_reason_that_somebody_must_mend_is_not_hidden_by_a_server_that_is_merely_away()
    {
        await using var refusing = ScriptedServer.Start(async peer =>
        {
            await peer.SendAsync(Protocol.Transcripts.Info);
            await peer.ReadLineAsync();
            await peer.SendAsync("-ERR 'Authorization Violation'\r\n");
        });
        Uri[] away = [.. Enumerable.Range(0, 3).Select(_ => new Uri($"nats://127.0.0.1:{FreePort.Next()}"))];

        // One round only, so that the reason which is left is what the whole round came to.
        var patient = NatsClient.Options([refusing.Url, .. away]) with { ReconnectWaitMin = TimeSpan.FromMinutes(1), ReconnectWaitMax = TimeSpan.FromMinutes(1) };
        for (var order = 0; order < 8; order++)
        {
            var log = new LogLines();
            await using var connection = NatsClient.Start(patient, log);

            await Wait.UntilAsync(() => log.Lines.Count(line => line.Contains("No connection", StringComparison.Ordinal)) == 4, "all four were tried");

            Assert.Equal("auth: Authorization Violation", connection.LastError);
        }
    }

    private static string Info(params ScriptedServer[] others) =>
        $"INFO {{\"version\":\"2.9.10\",\"headers\":true,\"max_payload\":1048576,\"connect_urls\":[{string.Join(',', others.Select(other => $"\"127.0.0.1:{other.Url.Port}\""))}]}} \r\n";

    private static ScriptedServer Good() => ScriptedServer.Start(async peer =>
    {
        await peer.AcceptAsync();
        await peer.StayAsync();
    });
}
