using System.Text;
using WsFanout.Testing;

namespace WsFanout.Nats.Tests.RealServer;

public class JetStreamErrorTests
{
    public static TheoryData<string> Servers => [.. NatsServerProcess.Binaries];

    [Theory, MemberData(nameof(Servers))]
    public async Task What_is_missing_is_named_by_its_code(string binary)
    {
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        var js = new NatsJSContext(connection);
        await js.CreateStreamAsync(new() { Name = "S", Subjects = ["s.>"] });

        var stream = await Assert.ThrowsAsync<NatsJSApiException>(() => js.GetStreamAsync("MISSING"));
        var consumer = await Assert.ThrowsAsync<NatsJSApiException>(() => js.GetConsumerAsync("S", "missing"));
        var message = await Assert.ThrowsAsync<NatsJSApiException>(() => js.GetMessageAsync("S", 7));
        var overlap = await Assert.ThrowsAsync<NatsJSApiException>(() => js.CreateStreamAsync(new() { Name = "T", Subjects = ["s.x"] }));
        var nobody = await Assert.ThrowsAsync<NatsNoRespondersException>(async () => await js.PublishAsync("elsewhere", default));
        var tooLarge = await Assert.ThrowsAsync<NatsPayloadTooLargeException>(async () => await js.PublishAsync("s.x", new byte[1024 * 1024 + 1]));

        Assert.Equal((404, 10059, "stream not found"), (stream.Code, stream.ErrCode, stream.Description));
        Assert.Equal((404, 10014), (consumer.Code, consumer.ErrCode));
        Assert.Equal((404, 10037), (message.Code, message.ErrCode));
        Assert.Equal(10065, overlap.ErrCode);
        Assert.Contains("'elsewhere'", nobody.Message, StringComparison.Ordinal);
        Assert.Contains("1048577 bytes", tooLarge.Message, StringComparison.Ordinal);
        Assert.Equal(1, connection.Generation);
    }

    [Fact]
    public async Task Names_that_would_become_other_subjects_are_refused_before_anything_is_sent()
    {
        await using var server = await NatsServerProcess.StartAsync();
        await using var connection = await NatsClient.OpenAsync(server.Url);
        var js = new NatsJSContext(connection);

        foreach (var name in new[] { "", "a.b", "a b", "*", ">", "a/b", "a\r\n" })
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await js.GetStreamAsync(name));
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await js.GetConsumerAsync("S", name));
        }

        await Assert.ThrowsAsync<ArgumentException>(async () => await js.GetConsumerAsync("S", "100%d"));
    }

    [Fact]
    public async Task A_server_without_jetstream_is_told_apart_from_silence()
    {
        await using var server = await NatsServerProcess.StartAsync(new() { JetStream = false });
        await using var connection = await NatsClient.OpenAsync(server.Url);

        await Assert.ThrowsAsync<NatsNoRespondersException>(() => new NatsJSContext(connection).GetAccountInfoAsync());

        Assert.False(connection.ServerInfo?.JetStream);
    }

    [Fact]
    public async Task A_stream_that_is_nobodys_but_a_responder_is_no_acknowledgement()
    {
        await using var server = await NatsServerProcess.StartAsync();
        await using var connection = await NatsClient.OpenAsync(server.Url);
        await using var other = await NatsClient.OpenAsync(server.Url);
        using var sub = other.Subscribe("question", capacity: 2);
        await other.RequestAsync("$JS.API.INFO", default);
        var js = new NatsJSContext(connection);
        foreach (var (text, reason) in new[] { ("{}", "no stream answers"), ("thanks", "not understood") })
        {
            var publishing = js.PublishAsync("question", default).AsTask();
            using var question = await sub.NextAsync();
            await other.PublishAsync(Encoding.UTF8.GetString(question.ReplyTo), Encoding.UTF8.GetBytes(text));

            var failure = await Assert.ThrowsAsync<NatsException>(() => publishing);

            Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        }
    }
}
