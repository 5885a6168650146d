using System.Text;
using WsFanout.IntegrationTests.Conformance;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>Askers that don't take their answers: what they ask for waits, and nothing is kept of those that go.</summary>
[Collection(HeavyTests.Name)]
public sealed class UnreadAnswerTests
{
    /// <summary>Answers to so many fill the pipe and what the kernel holds for a tiny receive buffer.</summary>
    private const int MoreThanFits = 60;

    private const int TinyBuffer = 4096;

    private static readonly string Metrics = HttpDialogue.Live.Replace("/health/live", "/metrics", StringComparison.Ordinal);

    public static TheoryData<string> Ways => [.. EchoServers.Ways];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Who_reads_late_gets_every_answer_whole(string way)
    {
        await using var server = await TestServer.StartAsync(("WS_TRANSPORT", way));
        using var client = await RawClient.OpenAsync(server, TinyBuffer);

        await client.SendAsync(string.Concat(Enumerable.Repeat(Metrics, MoreThanFits)));
        await server.PublishAsync("a", "1");
        for (var i = 0; i < MoreThanFits; i++)
        {
            var reply = await client.ReadReplyAsync();
            Assert.Equal(200, reply.Status);
            Assert.Empty(ExpositionText.Read(reply.Body).Complaints);
        }

        await client.SendAsync(HttpDialogue.Live);
        Assert.Equal(200, (await client.ReadReplyAsync()).Status);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Who_goes_without_reading_leaves_nothing(string way)
    {
        await using var server = await AbusedServer.StartAsync(("WS_TRANSPORT", way));

        foreach (var departure in new[] { "reset", "end" })
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, 40), new ParallelOptions { MaxDegreeOfParallelism = 10 }, async (number, _) =>
            {
                var client = await RawClient.OpenAsync(server.Address, TinyBuffer);
                var requests = number % 2 == 0 ? MoreThanFits : 1 + (number / 2);
                var last = Metrics.Replace("Host:", "Connection: close\r\nHost:", StringComparison.Ordinal);
                await client.SendAsync(string.Concat(Enumerable.Repeat(Metrics, requests)) + last);
                if (number % 4 < 2) await client.ReadReplyAsync();
                await Departure.GoAsync(client, departure);
            });
        }

        await server.AssertNothingIsLeftAsync();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_body_that_comes_faster_than_it_is_read_waits_in_the_kernel(string way)
    {
        await using var server = await AbusedServer.StartAsync(("WS_TRANSPORT", way), ("WS_PUBLISH_MAX_BYTES", "64MB"), ("WS_SEND_QUEUE_BYTES", "64MB"));
        using var refused = await RawClient.OpenAsync(server.Address);
        var started = HttpDialogue.Publish("a", 1);
        var head = Encoding.ASCII.GetString(started).Replace("Content-Length: 3", "Content-Length: 67108000", StringComparison.Ordinal).Split("\r\n\r\n")[0];

        // Nobody reads the body of a request that is not allowed; it may be cut or swallowed, and the next one is served.
        await refused.SendAsync(head.Replace("POST", "PUT", StringComparison.Ordinal) + "\r\n\r\n");
        var flood = FloodAsync(refused);
        Assert.Equal(405, (await refused.ReadReplyAsync()).Status);
        await flood;

        refused.Dispose();
        await server.AssertNothingIsLeftAsync();
    }

    private static async Task FloodAsync(RawClient client)
    {
        try
        {
            var piece = new byte[64 * 1024];
            for (var sent = 0; sent < 1024; sent++) await client.SendAsync(piece);
        }
        catch (Exception cut) when (cut is System.Net.Sockets.SocketException or OperationCanceledException)
        {
            // The server reads no more of it.
        }
    }
}
