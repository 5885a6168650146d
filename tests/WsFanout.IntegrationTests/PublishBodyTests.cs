using System.Globalization;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Bodies of publish requests that don't come as they should: a clear answer, and no line in the log that alarms.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class PublishBodyTests
{
    [Theory]
    [InlineData("zz")]
    [InlineData("-1")]
    [InlineData("80000000")]
    [InlineData("ffffffffffffffffff")]
    public async Task A_chunk_whose_size_is_none_is_a_bad_request_and_nothing_is_stored(string size)
    {
        await using var server = await TestServer.StartAsync();

        var reply = await RawClient.ExchangeAsync(server, $"{PublishRequest.Head("/publish/a")}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n{size}\r\n");

        reply.AssertRefusal(400, "bad_request");
        Assert.Equal("close", reply.Headers["connection"]);
        Assert.Equal(1, await server.MetricAsync("ws_publish_requests_total{protocol=\"http/1.1\",outcome=\"bad_request\"}"));
    }

    [Fact]
    public async Task Publishers_that_vanish_before_their_body_is_whole_leave_no_trace_but_the_count()
    {
        const int publishers = 40;
        await using var server = await TestServer.StartAsync();

        for (var i = 0; i < publishers; i++)
        {
            using var publisher = await RawClient.OpenAsync(server);
            await publisher.SendAsync(PublishRequest.Head("/publish/a") + "Content-Length: 9\r\n\r\n" + (i % 2 == 0 ? "abc" : ""));
            await Wait.UntilAsync(async () => await server.MetricAsync("ws_publish_pending") == 1, "the request should be pending");
            publisher.Reset();
            await Wait.UntilAsync(async () => await server.MetricAsync("ws_publish_pending") == 0, "the request should be over");
        }

        Assert.Equal(publishers, await server.MetricAsync("ws_publish_requests_total{protocol=\"http/1.1\",outcome=\"aborted\"}"));
        Assert.DoesNotContain(server.Log, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning: Connection", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_body_that_comes_slowly_and_in_time_is_taken()
    {
        // The framework's own rule ends a request that has brought less than 240 bytes a second for five seconds.
        await using var server = await TestServer.StartAsync(("WS_PUBLISH_TIMEOUT", "30s"));
        using var publisher = await RawClient.OpenAsync(server);
        var body = new string('7', 40);

        await publisher.SendAsync(PublishRequest.Head("/publish/a") + string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n"));
        foreach (var digit in body)
        {
            await publisher.SendAsync($"{digit}");
            await Task.Delay(180);
        }

        Assert.Equal(200, (await publisher.ReadReplyAsync()).Status);

        // Nor does it stop the framework's watch over all other connections.
        Assert.DoesNotContain(server.Log, line => line.StartsWith("Error", StringComparison.Ordinal));
    }
}
