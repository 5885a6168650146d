using System.Text.Json;
using WsFanout.Nats.Tests.Protocol;
using WsFanout.Testing;

namespace WsFanout.Nats.Tests.Scripted;

public class HandshakeTests
{
    [Fact]
    public async Task A_handshake_and_an_answer_that_come_byte_by_byte_are_understood()
    {
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.SendByteByByteAsync(Transcripts.Info);
            await peer.ReadLineAsync();
            await peer.ReadLineAsync();
            await peer.SendByteByByteAsync("PONG\r\n");
            await peer.ReadLineAsync();
            var request = await peer.ReadRequestAsync();
            await peer.SendByteByByteAsync($"MSG {request.ReplyTo} 1  5\r\nhello\r\n");
            await peer.StayAsync();
        });
        await using var connection = await NatsClient.OpenAsync(server.Url);

        using var answer = await connection.RequestAsync("question", "?"u8.ToArray());

        Assert.True(answer.Payload.SequenceEqual("hello"u8));
        Assert.True(answer.ReplyTo.IsEmpty);
    }

    [Fact]
    public async Task Every_switch_of_connect_is_sent_with_the_credentials_of_that_server()
    {
        var connect = new TaskCompletionSource<string>();
        await using var server = ScriptedServer.Start(async peer =>
        {
            connect.SetResult(await peer.AcceptAsync());
            await peer.StayAsync();
        });
        var address = new UriBuilder(server.Url) { UserName = "us%40er", Password = "p%3Aw" }.Uri;
        await using var connection = await NatsClient.OpenAsync(NatsClient.Options(address) with { Username = "other", Password = "other", Token = "other" });

        var line = await connect.Task;

        Assert.StartsWith("CONNECT ", line, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(line["CONNECT ".Length..]);
        var switches = json.RootElement.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.ToString());
        foreach (var (name, value) in new[]
        {
            ("verbose", "False"), ("pedantic", "False"), ("echo", "False"), ("headers", "True"), ("no_responders", "True"), ("protocol", "1"),
            ("tls_required", "False"), ("lang", "dotnet"), ("name", "wsfanout-tests"), ("user", "us@er"), ("pass", "p:w"),
        })
        {
            Assert.Equal(value, switches[name]);
        }

        Assert.DoesNotContain("auth_token", switches.Keys);
    }

    [Fact]
    public async Task A_server_that_lists_a_large_cluster_is_understood_and_may_say_more_later()
    {
        var urls = string.Join(',', Enumerable.Range(0, 2000).Select(n => $"\"127.1.{n / 256}.{n % 256}:1\""));
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync($"INFO {{\"version\":\"2.10.27\",\"headers\":true,\"max_payload\":1048576,\"connect_urls\":[{urls}]}} \r\n");
            await peer.ReadRequestAsync();
            await peer.SendAsync("INFO {\"version\":\"2.10.27\",\"headers\":true,\"max_payload\":2048,\"ldm\":true,\"connect_urls\":null}\r\n");
            await peer.StayAsync();
        });
        var log = new LogLines();
        await using var connection = await NatsClient.OpenAsync(NatsClient.Options(server.Url), log);
        Assert.Equal(2000, connection.ServerInfo?.ConnectUrls.Count);

        await connection.PublishAsync("go", default, replyTo: "on");

        await Wait.UntilAsync(() => connection.ServerInfo is { LameDuck: true, MaxPayload: 2048, ConnectUrls.Count: 0 }, "the second INFO is taken over");
        Assert.Single(log.Lines, line => line.Contains("about to stop", StringComparison.Ordinal));
        Assert.Equal(1, connection.Generation);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "protocol: unknown operation 'SSH-2.0-OpenSSH_9.2'")]
    [InlineData("PONG\r\n", "protocol: Pong before INFO")]
    [InlineData("INFO {\"max_payload\":\"much\"}\r\n", "protocol: INFO that is not the expected JSON")]
    [InlineData("INFO null\r\n", "protocol: INFO without content")]
    [InlineData("INFO \r\n", "protocol: INFO that is not the expected JSON")]
    [InlineData("-ERR 'maximum connections exceeded'\r\n", "server: maximum connections exceeded")]
    [InlineData("", "connection closed by 127.0.0.1:")]
    [InlineData("INFO {", "in the middle of a frame")]
    public async Task Who_is_no_server_for_us_is_named_and_tried_again(string greeting, string reason)
    {
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.SendAsync(greeting);
            if (greeting.EndsWith('\n'))
            {
                await peer.StayAsync();
            }
        });
        await using var connection = NatsClient.Start(NatsClient.Options(server.Url));

        await connection.FailsWithAsync(reason);

        await Wait.UntilAsync(() => server.Connections >= 3, "it is tried again and again");
        Assert.Equal((NatsConnectionState.Connecting, 0L), (connection.ConnectionState, connection.Generation));
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up_after_the_connect_timeout()
    {
        await using var server = ScriptedServer.Start(peer => peer.StayAsync());
        await using var connection = NatsClient.Start(NatsClient.Options(server.Url) with { ConnectTimeout = TimeSpan.FromMilliseconds(150) });

        await connection.FailsWithAsync("no answer within 0.15 s from 127.0.0.1:");

        await Wait.UntilAsync(() => server.Connections >= 2, "it is tried again");
    }
}
