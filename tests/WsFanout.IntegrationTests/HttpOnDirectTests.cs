using System.Text;
using WsFanout.IntegrationTests.Conformance;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Plain HTTP on the listener of the clients: the direct way carries it as the framework's own sockets do.</summary>
public sealed class HttpOnDirectTests
{
    private const string Live = HttpDialogue.Live;

    public static TheoryData<string> Ways => [.. EchoServers.Ways];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_connection_that_has_published_and_becomes_a_client_counts_no_more_among_the_publishers_once_it_has_gone(string way)
    {
        const string current = """ws_publish_connections_current{protocol="http/1.1"}""";
        await using var server = await TestServer.StartAsync(("WS_TRANSPORT", way));
        using (var client = await RawClient.OpenAsync(server))
        {
            await client.SendAsync(HttpDialogue.Publish("a", 1, 0));
            Assert.Equal(200, (await client.ReadReplyAsync()).Status);
            Assert.Equal(1, await server.MetricAsync(current));
            await client.SendAsync(RawClient.Upgrade + "\r\n");
            await Wait.UntilAsync(async () => await server.MetricAsync("ws_connections_current") == 1, "it should have become a client");
        }

        await Wait.UntilAsync(async () => await server.MetricAsync(current) == 0, "nobody publishes any more");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task One_connection_asks_many_things_one_after_the_other(string way)
    {
        await using var server = await TestServer.StartAsync(("WS_TRANSPORT", way));
        await using var listener = await server.ConnectAsync("?channels=a");
        await listener.WaitForAsync("subscription_ack");
        using var client = await RawClient.OpenAsync(server);
        var sizes = new List<int>();

        for (var round = 0; round < 20; round++)
        {
            Assert.Equal(200, (await AskAsync(client, Live)).Status);
            Assert.Contains("ws_connections_current 1\n", (await AskAsync(client, Live.Replace("/health/live", "/metrics", StringComparison.Ordinal))).Body, StringComparison.Ordinal);
            Assert.Equal(404, (await AskAsync(client, Live.Replace("/health/live", "/nothing", StringComparison.Ordinal))).Status);
            Assert.Equal(405, (await AskAsync(client, Live.Replace("GET", "DELETE", StringComparison.Ordinal))).Status);
            foreach (var letters in new[] { 1, 1_000, 16_300, 70_000 })
            {
                foreach (var chunkBytes in new[] { 0, 1_000 })
                {
                    await client.SendAsync(HttpDialogue.Publish("a", letters, chunkBytes));
                    Assert.Equal(200, (await client.ReadReplyAsync()).Status);
                    sizes.Add(letters);
                }
            }
        }

        await listener.WaitForMessagesAsync(sizes.Count);
        Assert.Equal(sizes, listener.Messages.Select(message => message["data"]!.GetValue<string>().Length));
        Assert.Empty(listener.OfType("gap"));
        Alarms.AssertNone(server);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Bodies_of_nothing_and_of_a_mebibyte_are_read_whole_and_one_byte_more_is_refused(string way)
    {
        const int most = 1024 * 1024;
        await using var server = await TestServer.StartAsync(("WS_TRANSPORT", way), ("WS_SEND_QUEUE_BYTES", "16MB"));
        await using var listener = await server.ConnectAsync("?channels=a");
        await listener.WaitForAsync("subscription_ack");

        foreach (var chunkBytes in new[] { 0, 7_000, most })
        {
            using var client = await RawClient.OpenAsync(server);
            await client.SendAsync(HttpDialogue.Publish("a", 0, chunkBytes));
            Assert.Equal(200, (await client.ReadReplyAsync()).Status);
            await client.SendAsync(HttpDialogue.Publish("a", most - 2, chunkBytes));
            Assert.Equal(200, (await client.ReadReplyAsync()).Status);
            await client.SendAsync(HttpDialogue.Publish("a", most - 1, chunkBytes));
            Assert.Equal(413, (await client.ReadReplyAsync()).Status);
        }

        await listener.WaitForMessagesAsync(6);
        Assert.Equal([0, most - 2, 0, most - 2, 0, most - 2], listener.Messages.Select(message => message["data"]!.GetValue<string>().Length));
        Alarms.AssertNone(server);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Requests_sent_behind_each_other_are_answered_in_their_order(string way)
    {
        await using var server = await TestServer.StartAsync(("WS_TRANSPORT", way));
        using var client = await RawClient.OpenAsync(server);
        var requests = new List<byte>();
        for (var i = 0; i < 40; i++)
        {
            requests.AddRange(Encoding.ASCII.GetBytes(Live));
            requests.AddRange(HttpDialogue.Publish("a", 5_000, i % 2 == 0 ? 0 : 900));
            requests.AddRange(Encoding.ASCII.GetBytes(Live.Replace("/health/live", "/nothing", StringComparison.Ordinal)));
        }

        // Far more than the pipe between the socket and the HTTP server holds.
        var sending = client.SendAsync(requests.ToArray());
        for (var i = 1; i <= 40; i++)
        {
            Assert.Equal(200, (await client.ReadReplyAsync()).Status);
            Assert.Equal(i, (await client.ReadReplyAsync()).Json["seq"]!.GetValue<long>());
            Assert.Equal(404, (await client.ReadReplyAsync()).Status);
        }

        await sending;
        Alarms.AssertNone(server);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Requests_that_come_byte_by_byte_are_requests(string way)
    {
        await using var server = await TestServer.StartAsync(("WS_TRANSPORT", way));
        using var client = await RawClient.OpenAsync(server);
        byte[] requests = [.. Encoding.ASCII.GetBytes(Live), .. HttpDialogue.Publish("a", 30), .. HttpDialogue.Publish("a", 30, 7)];

        foreach (var one in requests) await client.SendAsync(new[] { one });

        Assert.Equal(200, (await client.ReadReplyAsync()).Status);
        Assert.Equal(1, (await client.ReadReplyAsync()).Json["seq"]!.GetValue<long>());
        Assert.Equal(2, (await client.ReadReplyAsync()).Json["seq"]!.GetValue<long>());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_answer_to_HEAD_has_the_length_and_no_body(string way)
    {
        await using var server = await TestServer.StartAsync(("WS_TRANSPORT", way));
        using var client = await RawClient.OpenAsync(server);

        await client.SendAsync(Live.Replace("GET", "HEAD", StringComparison.Ordinal) + Live.Replace("Host:", "Connection: close\r\nHost:", StringComparison.Ordinal));

        var answers = Encoding.UTF8.GetString(await client.ReadRestAsync()).Split("HTTP/1.1 200 OK\r\n");
        Assert.Equal(3, answers.Length);
        Assert.EndsWith("\r\n\r\n", answers[1], StringComparison.Ordinal);
        Assert.Equal(LengthIn(answers[2]), LengthIn(answers[1]));
        Assert.Equal(answers[2].Split("\r\n\r\n")[1].Length, LengthIn(answers[2]));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Connection_close_ends_the_connection_behind_the_answer(string way)
    {
        await using var server = await TestServer.StartAsync(("WS_TRANSPORT", way));
        using var client = await RawClient.OpenAsync(server);

        await client.SendAsync(HttpDialogue.Publish("a", 100, headers: "Connection: close\r\n"));

        var reply = await client.ReadReplyAsync();
        Assert.Equal((200, "close"), (reply.Status, reply.Headers["connection"]));
        Assert.Empty(await client.ReadRestAsync());
        client.Dispose();
        await Wait.UntilAsync(() => server.ConnectionCount == 0, "the connection should be gone");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_body_that_waits_for_leave_is_given_it(string way)
    {
        await using var server = await TestServer.StartAsync(("WS_TRANSPORT", way));
        using var client = await RawClient.OpenAsync(server);
        var request = Encoding.ASCII.GetString(HttpDialogue.Publish("a", 100, headers: "Expect: 100-continue\r\n"));
        var head = request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;

        await client.SendAsync(request[..head]);
        Assert.Equal(100, (await client.ReadReplyAsync()).Status);
        await client.SendAsync(request[head..]);

        Assert.Equal(200, (await client.ReadReplyAsync()).Status);
        Assert.Equal(200, (await AskAsync(client, Live)).Status);
    }

    private static int LengthIn(string answer) =>
        int.Parse(answer.Split("\r\n").Single(line => line.StartsWith("Content-Length: ", StringComparison.Ordinal))[16..], System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<HttpReply> AskAsync(RawClient client, string request)
    {
        await client.SendAsync(request);
        return await client.ReadReplyAsync();
    }
}
