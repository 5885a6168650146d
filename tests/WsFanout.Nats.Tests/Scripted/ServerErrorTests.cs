using WsFanout.Testing;

namespace WsFanout.Nats.Tests.Scripted;

public class ServerErrorTests
{
    [Fact]
    public async Task A_refused_publish_fails_the_request_it_belongs_to_and_no_other()
    {
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            await peer.ReadRequestAsync();
            var allowed = await peer.ReadRequestAsync();
            await peer.SendAsync("-ERR 'Permissions Violation for Publish to \"secret.täst\"'\r\n");
            await peer.SendAsync($"MSG {allowed.ReplyTo} 1 2\r\nok\r\n");
            await peer.StayAsync();
        });
        await using var connection = await NatsClient.OpenAsync(server.Url);

        var refused = connection.RequestAsync("secret.täst", default).AsTask();
        using var answer = await connection.RequestAsync("open", default);

        var failure = await Assert.ThrowsAsync<NatsPermissionException>(() => refused);
        Assert.StartsWith("Permissions Violation for Publish", failure.Message, StringComparison.Ordinal);
        Assert.True(answer.Payload.SequenceEqual("ok"u8));
        Assert.Equal(1, connection.Generation);
    }

    [Fact]
    public async Task A_refused_subscription_ends_with_the_reason()
    {
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            await peer.ReadLineAsync();
            await peer.SendAsync("-ERR 'Permissions Violation for Subscription to \"secret.>\"'\r\n");
            await peer.StayAsync();
        });
        await using var connection = await NatsClient.OpenAsync(server.Url);

        using var sub = connection.Subscribe("secret.>", capacity: 1);

        await Assert.ThrowsAsync<NatsPermissionException>(() => sub.Msgs.Completion.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_user_without_an_inbox_is_told_so_by_every_request_until_he_is_given_one()
    {
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.SendAsync(Protocol.Transcripts.Info);
            await peer.ReadLineAsync();
            await peer.ReadLineAsync();
            await peer.SendAsync("PONG\r\n");
            for (var refusals = 0; await peer.TryReadLineAsync() is { } line;)
            {
                if (line.StartsWith("SUB _INBOX.", StringComparison.Ordinal) && refusals++ < 4)
                {
                    await peer.SendAsync($"-ERR 'Permissions Violation for Subscription to \"{line.Split(' ')[1]}\" (sid \"1\")'\r\n");
                }
                else if (line.StartsWith("PUB question", StringComparison.Ordinal) && refusals > 4)
                {
                    await peer.SendAsync($"MSG {line.Split(' ')[2]} 1 2\r\nok\r\n");
                }
            }
        });
        var log = new LogLines();
        await using var connection = await NatsClient.OpenAsync(NatsClient.Options(server.Url), log);
        await Wait.UntilAsync(() => connection.LastServerError is not null, "the refusal has arrived");

        for (var request = 0; request < 3; request++)
        {
            var failure = await Assert.ThrowsAsync<NatsPermissionException>(async () => await connection.RequestAsync("question", default));
            Assert.Contains("_INBOX.", failure.Message, StringComparison.Ordinal);
        }

        // The right is given: the connection stays, the next request asks again.
        using var answer = await connection.RequestAsync("question", default);
        Assert.True(answer.Payload.SequenceEqual("ok"u8));
        Assert.Equal(1, connection.Generation);
        Assert.Single(log.Lines, line => line.Contains("Permissions Violation", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("maximum subscriptions exceeded")]
    [InlineData("Invalid Subject")]
    [InlineData("Permissions Violation for Publish to \"somewhere.else\"")]
    public async Task A_complaint_that_harms_nobody_else_keeps_the_connection(string words)
    {
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            await peer.SendAsync($"-ERR '{words}'\r\n-ERR '{words}'\r\n");
            var request = await peer.ReadRequestAsync();
            await peer.SendAsync($"MSG {request.ReplyTo} 1 2\r\nok\r\n");
            await peer.StayAsync();
        });
        var log = new LogLines();
        await using var connection = await NatsClient.OpenAsync(NatsClient.Options(server.Url), log);

        using var answer = await connection.RequestAsync("question", default);

        Assert.Equal((1L, words), (connection.Generation, connection.LastServerError));
        Assert.Single(log.Lines, line => line.Contains(words, StringComparison.Ordinal));
    }
}
