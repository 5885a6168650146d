using System.Text;
using WsFanout.Testing;

namespace WsFanout.Nats.Tests.RealServer;

public class StoredMessageTests
{
    public static TheoryData<string> Servers => [.. NatsServerProcess.Binaries];

    [Theory, MemberData(nameof(Servers))]
    public async Task A_message_is_the_same_got_directly_and_from_the_leader(string binary)
    {
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        var js = await StreamAsync(connection);

        foreach (var request in new[]
        {
            StreamMsgGetRequest.Of(1), StreamMsgGetRequest.Of(2), StreamMsgGetRequest.Of(3), StreamMsgGetRequest.Of(4),
            StreamMsgGetRequest.Next("s.b", 1), StreamMsgGetRequest.Next("s.*", 2), StreamMsgGetRequest.Last("s.a"), StreamMsgGetRequest.Last("s.>"),
        })
        {
            var direct = await js.GetDirectAsync("S", request);
            var byLeader = await js.GetMessageAsync("S", request);

            Assert.Equal(
                ("S", byLeader.Subject, byLeader.Seq, byLeader.Time, byLeader.TimestampNanos), (direct.Stream, direct.Subject, direct.Seq, direct.Time, direct.TimestampNanos));
            Assert.Equal(Encoding.UTF8.GetString(byLeader.HeaderBlock.Span), Encoding.UTF8.GetString(direct.HeaderBlock.Span));
            Assert.True(byLeader.Data.Span.SequenceEqual(direct.Data.Span));
        }

        Assert.Equal(2, (await js.GetDirectAsync("S", StreamMsgGetRequest.Next("s.b", 1))).Seq);
        Assert.Equal(4, (await js.GetDirectAsync("S", StreamMsgGetRequest.Last("s.a"))).Seq);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task A_message_published_with_the_words_of_an_answer_is_a_message(string binary)
    {
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        var js = await StreamAsync(connection);
        var forged = new NatsHeaders { { "Nats-Stream", "OTHER" }, { "Nats-Sequence", "77" }, { "Nats-Subject", "x" }, { "Nats-Time-Stamp", "2001-01-01T00:00:00Z" } };
        var seq = (await js.PublishAsync("s.forged", default, forged)).Seq;

        var direct = await js.GetDirectAsync("S", StreamMsgGetRequest.Of(seq));

        Assert.Equal(("S", seq, "s.forged", (await js.GetMessageAsync("S", seq)).Time), (direct.Stream, direct.Seq, direct.Subject, direct.Time));
        Assert.Contains("Nats-Sequence: 77\r\n", Encoding.UTF8.GetString(direct.HeaderBlock.Span), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task What_is_not_stored_is_told_by_the_same_error_both_ways(string binary)
    {
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        var js = await StreamAsync(connection);

        foreach (var request in new[] { StreamMsgGetRequest.Of(99), StreamMsgGetRequest.Last("s.zzz"), StreamMsgGetRequest.Next("s.zzz", 1) })
        {
            var direct = await Assert.ThrowsAsync<NatsJSApiException>(() => js.GetDirectAsync("S", request));
            var byLeader = await Assert.ThrowsAsync<NatsJSApiException>(() => js.GetMessageAsync("S", request));

            Assert.Equal((404, 10037), (direct.Code, direct.ErrCode));
            Assert.Equal((404, 10037), (byLeader.Code, byLeader.ErrCode));
        }

        var bad = await Assert.ThrowsAsync<NatsException>(() => js.GetDirectAsync("S", StreamMsgGetRequest.Of(0)));
        Assert.Contains("status 408", bad.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task A_stream_that_does_not_allow_it_is_not_read_directly(string binary)
    {
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        var js = new NatsJSContext(connection);
        await js.CreateStreamAsync(new() { Name = "S", Subjects = ["s.>"] });
        await js.PublishAsync("s.a", default);

        var refused = await Assert.ThrowsAnyAsync<NatsException>(() => js.GetDirectAsync("S", StreamMsgGetRequest.Of(1), TimeSpan.FromMilliseconds(500)));

        // Servers before 2.10 don't answer.
        Assert.True(refused is NatsNoRespondersException || (refused is NatsTimeoutException && connection.ServerInfo!.Version!.StartsWith("2.9.", StringComparison.Ordinal)), $"{refused}");
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task A_mirror_that_answers_in_the_stream_s_place_says_that_it_is_one(string binary)
    {
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary });
        await using var connection = await NatsClient.OpenAsync(server.Url);
        var js = await StreamAsync(connection);
        var mirror = "{\"name\":\"M\",\"mirror\":{\"name\":\"S\"},\"mirror_direct\":true,\"retention\":\"limits\",\"storage\":\"memory\",\"num_replicas\":1}";
        (await connection.RequestAsync("$JS.API.STREAM.CREATE.M", Encoding.UTF8.GetBytes(mirror))).Dispose();

        var tellers = new HashSet<string>();
        await Wait.UntilAsync(
            async () =>
            {
                tellers.Add((await js.GetDirectAsync("S", StreamMsgGetRequest.Of(1))).Stream);
                return tellers.Count == 2;
            },
            "both the stream and its mirror answer");

        Assert.Equal(["M", "S"], tellers.Order());
    }

    private static async Task<NatsJSContext> StreamAsync(NatsConnection connection)
    {
        var js = new NatsJSContext(connection);
        await js.CreateStreamAsync(new() { Name = "S", Subjects = ["s.>"], AllowDirect = true });
        await js.PublishAsync("s.a", "one"u8.ToArray());
        await js.PublishAsync("s.b", default, new NatsHeaders { { "A", "b" } });
        await js.PublishAsync("s.a", "three"u8.ToArray(), new NatsHeaders { { "A", "b" }, { "A", "c" } });
        await js.PublishAsync("s.a", default);
        return js;
    }
}
