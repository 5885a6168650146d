using System.Text;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>What a client of HTTP/2 can do wrong or do badly: each ends in a clear way, and costs nobody else anything.</summary>
public sealed class Http2AbuseTests
{
    private const int FrameSizeError = 6;
    private const int RefusedStream = 7;
    private const int FlowControlError = 3;
    private const string Aborted = """ws_publish_requests_total{protocol="http/2",outcome="aborted"}""";

    [Fact]
    public async Task The_bounds_that_are_set_are_those_that_a_client_is_told()
    {
        await using var server = await StartAsync(("WS_HTTP2_MAX_STREAMS", "7"), ("WS_HTTP2_MAX_FRAME_SIZE", "32KB"));
        using var client = await RawHttp2.ConnectAsync(server.PublishAddress);

        Assert.Equal((7u, 4 * 32_768u, 32_768u), (client.Allowed[3], client.Allowed[4], client.Allowed[5]));
        Assert.Equal((16u * 32_768) - 65_535, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian((await client.ReadAsync(RawHttp2.WindowUpdate)).Body));
    }

    [Fact]
    public async Task One_request_more_than_may_be_open_is_refused_and_the_others_go_on()
    {
        await using var server = await StartAsync(("WS_HTTP2_MAX_STREAMS", "2"));
        using var client = await RawHttp2.ConnectAsync(server.PublishAddress);
        await client.SendHeadAsync(1, "a", contentLength: 1);
        await client.SendHeadAsync(3, "a", contentLength: 1);

        for (var flood = 0; flood < 3; flood++)
        {
            await client.SendHeadAsync(5 + (2 * flood), "a", contentLength: 1);
            Assert.Equal(RefusedStream, (await client.ReadAsync(RawHttp2.Reset, 5 + (2 * flood))).Code);
        }

        await client.SendDataAsync(1, "1"u8.ToArray());
        Assert.Equal("""{"seq":1}""", await client.ReadAnswerAsync(1));
        await client.SendDataAsync(3, "1"u8.ToArray());
        Assert.Equal("""{"seq":2}""", await client.ReadAnswerAsync(3));
        await AssertNobodyElseNoticedAsync(server);
    }

    [Fact]
    public async Task A_frame_larger_than_allowed_ends_its_connection_with_the_reason()
    {
        await using var server = await StartAsync(("WS_HTTP2_MAX_FRAME_SIZE", "16KB"));
        using var client = await RawHttp2.ConnectAsync(server.PublishAddress);
        await client.SendHeadAsync(1, "a", contentLength: 16_385);

        await client.SendDataAsync(1, new byte[16_385]);

        Assert.Equal(FrameSizeError, (await client.ReadAsync(RawHttp2.GoAway)).Code);
        await AssertNobodyElseNoticedAsync(server);
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_publish_pending") == 0, "nothing of it should be left");
    }

    [Fact]
    public async Task Who_sends_more_than_the_window_has_room_for_ends_his_connection()
    {
        await using var server = await StartAsync(("WS_HTTP2_MAX_FRAME_SIZE", "16KB"), ("WS_HTTP2_STREAM_WINDOW", "65535"), ("WS_HTTP2_CONNECTION_WINDOW", "65535"));
        using var client = await RawHttp2.ConnectAsync(server.PublishAddress);

        // Nobody reads the body of a request that was refused at its head.
        await client.SendHeadAsync(1, "a..b", contentLength: 1_000_000);
        try
        {
            for (var i = 0; i < 6; i++) await client.SendDataAsync(1, new byte[16_384], isLast: false);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Cut already.
        }

        // Taken back before it was too much, or too much before it was taken back: nothing is kept of it either way.
        RawHttp2Frame? last;
        do last = await client.ReadAsync();
        while (last is not (null or { Type: RawHttp2.Reset or RawHttp2.GoAway }));
        if (last is { Type: RawHttp2.GoAway }) Assert.Equal(FlowControlError, last.Code);
        await AssertNobodyElseNoticedAsync(server);
    }

    [Fact]
    public async Task A_large_body_passes_through_the_smallest_windows()
    {
        await using var server = await StartAsync(("WS_HTTP2_MAX_FRAME_SIZE", "16KB"), ("WS_HTTP2_STREAM_WINDOW", "65535"), ("WS_HTTP2_CONNECTION_WINDOW", "65535"));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { DefaultRequestVersion = new Version(2, 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var answer = await http.PostAsync(new Uri(server.PublishAddress, "publish/a"), new StringContent($"\"{new string('x', 1_000_000)}\""));

        Assert.Equal("""{"seq":1}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal(1_000_002, await server.MetricAsync("ws_publish_bytes_total"));
    }

    [Fact]
    public async Task An_answer_comes_byte_by_byte_where_the_client_wants_it_so()
    {
        await using var server = await StartAsync();
        using var client = await RawHttp2.ConnectAsync(server.PublishAddress, answerWindow: 1);
        await client.SendHeadAsync(1, "a", contentLength: 1);
        await client.SendDataAsync(1, "1"u8.ToArray());
        var text = new StringBuilder();

        for (RawHttp2Frame? data = null; data is null || (data.Flags & RawHttp2.EndStream) == 0;)
        {
            data = await client.ReadAsync(RawHttp2.Data, 1);
            Assert.InRange(data.Body.Length, 0, 1);
            text.Append(Encoding.ASCII.GetString(data.Body));
            if ((data.Flags & RawHttp2.EndStream) == 0) await client.SendNumberAsync(RawHttp2.WindowUpdate, 1, 1);
        }

        Assert.Equal("""{"seq":1}""", text.ToString());
    }

    [Fact]
    public async Task A_request_taken_back_in_the_middle_of_its_body_is_over_and_its_connection_goes_on()
    {
        await using var server = await StartAsync();
        using var client = await RawHttp2.ConnectAsync(server.PublishAddress);
        await client.SendHeadAsync(1, "a", contentLength: 10);
        await client.SendDataAsync(1, "123"u8.ToArray(), isLast: false);
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_publish_pending") == 1, "the request should be pending");

        await client.SendNumberAsync(RawHttp2.Reset, 1, 8);
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_publish_pending") == 0, "the request should be over");
        await client.SendHeadAsync(3, "a", contentLength: 1);
        await client.SendDataAsync(3, "1"u8.ToArray());

        Assert.Equal("""{"seq":1}""", await client.ReadAnswerAsync(3));
        Assert.Equal(1, await server.MetricAsync(Aborted));
        AssertNothingAlarming(server);
    }

    [Fact]
    public async Task Publishers_that_vanish_in_the_middle_of_a_body_leave_no_trace_but_the_count()
    {
        const int publishers = 20;
        await using var server = await StartAsync();

        for (var i = 0; i < publishers; i++)
        {
            using var client = await RawHttp2.ConnectAsync(server.PublishAddress);
            await client.SendHeadAsync(1, "a", contentLength: 9);
            if (i % 2 == 0) await client.SendDataAsync(1, "123"u8.ToArray(), isLast: false);
            await Wait.UntilAsync(async () => await server.MetricAsync("ws_publish_pending") == 1, "the request should be pending");
            client.Cut();
            await Wait.UntilAsync(async () => await server.MetricAsync("ws_publish_pending") == 0, "the request should be over");
        }

        Assert.Equal(publishers, await server.MetricAsync(Aborted));
        await Wait.UntilAsync(async () => await server.MetricAsync("""ws_publish_connections_current{protocol="http/2"}""") == 0, "every connection should be over");
        AssertNothingAlarming(server);
    }

    [Fact]
    public async Task A_body_that_never_ends_is_given_up_after_the_timeout_and_its_connection_goes_on()
    {
        await using var server = await StartAsync(("WS_PUBLISH_TIMEOUT", "1s"));
        using var client = await RawHttp2.ConnectAsync(server.PublishAddress);

        await client.SendHeadAsync(1, "a", contentLength: 10);
        await client.SendDataAsync(1, "123"u8.ToArray(), isLast: false);
        var answer = await client.ReadAnswerAsync(1);
        await client.ReadAsync(RawHttp2.Reset, 1);
        await client.SendHeadAsync(3, "a", contentLength: 1);
        await client.SendDataAsync(3, "1"u8.ToArray());

        Assert.Contains("\"timeout\"", answer, StringComparison.Ordinal);
        Assert.Equal("""{"seq":1}""", await client.ReadAnswerAsync(3));
        AssertNothingAlarming(server);
    }

    [Fact]
    public async Task A_silent_connection_is_pinged_and_one_that_does_not_answer_is_closed()
    {
        await using var server = await StartAsync(("WS_HTTP2_KEEPALIVE_INTERVAL", "1s"), ("WS_HTTP2_KEEPALIVE_TIMEOUT", "1s"));
        using var client = await RawHttp2.ConnectAsync(server.PublishAddress);

        await client.ReadAsync(RawHttp2.Ping);
        RawHttp2Frame? last = null;
        while (await client.ReadAsync() is { } frame) last = frame;

        Assert.Equal(RawHttp2.GoAway, last?.Type);
        await Wait.UntilAsync(async () => await server.MetricAsync("""ws_publish_connections_current{protocol="http/2"}""") == 0, "the connection should be over");
    }

    private static Task<TestServer> StartAsync(params (string, string)[] variables) => TestServer.StartAsync([("WS_PUBLISH_ADDR", "127.0.0.1:0"), .. variables]);

    private static async Task AssertNobodyElseNoticedAsync(TestServer server)
    {
        await using var reader = await server.ConnectAsync("?channels=b");
        await reader.WaitForAsync("subscription_ack");
        using var other = await RawHttp2.ConnectAsync(server.PublishAddress);
        await other.SendHeadAsync(1, "b", contentLength: 1);
        await other.SendDataAsync(1, "1"u8.ToArray());
        Assert.StartsWith("""{"seq":""", await other.ReadAnswerAsync(1), StringComparison.Ordinal);
        await reader.WaitForMessagesAsync(1);
        AssertNothingAlarming(server);
    }

    private static void AssertNothingAlarming(TestServer server) =>
        Assert.DoesNotContain(server.Log, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal));
}
