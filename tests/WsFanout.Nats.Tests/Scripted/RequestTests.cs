using System.Text;
using WsFanout.Testing;

namespace WsFanout.Nats.Tests.Scripted;

public class RequestTests
{
    [Fact]
    public async Task A_request_nobody_answers_times_out_and_its_late_answer_harms_nobody()
    {
        var tooLate = new TaskCompletionSource();
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            var first = await peer.ReadRequestAsync();
            await tooLate.Task;
            await peer.SendAsync($"MSG {first.ReplyTo} 1 4\r\nlate\r\n");
            var second = await peer.ReadRequestAsync();
            await peer.SendAsync($"MSG {second.ReplyTo} 1 4\r\nsoon\r\n");
            await peer.StayAsync();
        });
        await using var connection = await NatsClient.OpenAsync(server.Url);

        var late = await Assert.ThrowsAsync<NatsTimeoutException>(
            async () => await connection.RequestAsync("question", default, timeout: TimeSpan.FromMilliseconds(100)));
        tooLate.SetResult();
        using var answer = await connection.RequestAsync("question", default);

        Assert.Contains("'question' within 0.1 s", late.Message, StringComparison.Ordinal);
        Assert.True(answer.Payload.SequenceEqual("soon"u8));
    }

    [Fact]
    public async Task Answers_in_another_order_find_their_requests()
    {
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            var requests = new List<(string Subject, string ReplyTo)>();
            while (requests.Count < 50)
            {
                requests.Add(await peer.ReadRequestAsync());
            }

            requests.Reverse();
            await peer.SendAsync(string.Concat(requests.Select(request => $"MSG {request.ReplyTo} 1 {request.Subject.Length}\r\n{request.Subject}\r\n")));
            await peer.StayAsync();
        });
        await using var connection = await NatsClient.OpenAsync(server.Url);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => connection.RequestAsync($"question.{n}", default).AsTask()));

        Assert.Equal(Enumerable.Range(0, 50).Select(n => $"question.{n}"), answers.Select(answer => Encoding.UTF8.GetString(answer.Payload)));
    }

    [Fact]
    public async Task More_requests_than_are_allowed_to_wait_are_refused_at_once()
    {
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            await peer.StayAsync();
        });
        await using var connection = await NatsClient.OpenAsync(NatsClient.Options(server.Url) with { MaxPendingRequests = 1 });
        using var giveUp = new CancellationTokenSource();
        var waiting = connection.RequestAsync("first", default, ct: giveUp.Token).AsTask();

        var refusal = await Assert.ThrowsAsync<NatsException>(async () => await connection.RequestAsync("second", default));
        await giveUp.CancelAsync();

        Assert.Equal("1 requests wait for an answer already.", refusal.Message);
        Assert.Equal(giveUp.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting)).CancellationToken);
    }

    [Fact]
    public async Task A_reader_that_is_too_slow_is_told_and_the_server_is_told_to_stop()
    {
        var told = new TaskCompletionSource<string>();
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            var sid = (await peer.ReadLineAsync()).Split(' ')[^1];
            await peer.SendAsync($"MSG a {sid} 1\r\n1\r\nMSG a {sid} 1\r\n2\r\nMSG a {sid} 1\r\n3\r\nMSG a {sid} 1\r\n4\r\n");
            told.SetResult($"{await peer.ReadLineAsync()} for {sid}");
            await peer.StayAsync();
        });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        using var sub = connection.Subscribe("a", capacity: 2);
        Assert.Equal("UNSUB 2 for 2", await told.Task.WaitAsync(TimeSpan.FromSeconds(10)));

        using var first = await sub.NextAsync();
        using var second = await sub.NextAsync();

        Assert.True(first.Payload.SequenceEqual("1"u8) && second.Payload.SequenceEqual("2"u8));
        await Assert.ThrowsAsync<NatsSlowConsumerException>(() => sub.Msgs.Completion.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Too_much_to_send_makes_callers_wait_and_pings_go_out_all_the_same()
    {
        var read = new TaskCompletionSource();
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            await read.Task;
            await peer.StayAsync();
        });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        var payload = new byte[1_000_000];
        using var giveUp = new CancellationTokenSource();

        // The kernel takes a few megabytes, the client 4; then the server, which does not read, is felt.
        var published = 0;
        var publishing = Task.Run(async () =>
        {
            for (; published < 100; published++)
            {
                await connection.PublishAsync("a", payload, ct: giveUp.Token);
            }
        });
        var before = -1;
        await Wait.UntilAsync(
            async () =>
            {
                await Task.WhenAny(publishing, Task.Delay(TimeSpan.FromMilliseconds(200)));
                return before == (before = Volatile.Read(ref published));
            },
            "publishing stands still");
        Assert.InRange(before, 4, 60);
        read.SetResult();
        await publishing.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal((100, 1L), (published, connection.Generation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\r\nPUB b 0\r\n")]
    [InlineData("a\tb")]
    public async Task A_subject_that_would_become_commands_is_refused(string subject)
    {
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync();
            await peer.StayAsync();
        });
        await using var connection = await NatsClient.OpenAsync(server.Url);

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await connection.PublishAsync(subject, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await connection.PublishAsync("a", default, replyTo: subject));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await connection.RequestAsync(subject, default));
        Assert.ThrowsAny<ArgumentException>(() => connection.Subscribe(subject, capacity: 1));
        var tooLong = await Assert.ThrowsAsync<ArgumentException>(async () => await connection.PublishAsync(new string('a', 5000), default));

        Assert.Contains("4096 bytes", tooLong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_from_a_time_with_a_larger_max_payload_is_read()
    {
        var payload = new string('x', 5_000_000);
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.AcceptAsync("INFO {\"version\":\"2.9.10\",\"headers\":true,\"max_payload\":1024} \r\n");
            var request = await peer.ReadRequestAsync();
            await peer.SendAsync($"MSG {request.ReplyTo} 1 {payload.Length}\r\n{payload}\r\n");
            await peer.StayAsync();
        });
        await using var connection = await NatsClient.OpenAsync(server.Url);

        using var answer = await connection.RequestAsync("question", default);

        Assert.Equal(payload.Length, answer.Payload.Length);
        Assert.Equal(0, connection.ReconnectCount);
    }
}
