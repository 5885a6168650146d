using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>What never becomes a request is answered by the framework: a status, no body, and the connection is closed.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class UnreadableRequestTests
{
    private const string Host = "Host: 127.0.0.1\r\n";

    public static TheoryData<string, int> Requests => new()
    {
        { "hello world\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n\r\n", 400 },
        { $"POST /publish/a%00b HTTP/1.1\r\n{Host}Content-Length: 1\r\n\r\n1", 400 },
        { $"POST /publish/a HTTP/1.1\r\n{Host}Content-Length: -5\r\n\r\n", 400 },
        { $"GET /{new string('a', 9_000)} HTTP/1.1\r\n{Host}\r\n", 414 },
        { $"GET / HTTP/1.1\r\n{Host}X: {new string('a', 40_000)}\r\n\r\n", 431 },
        { "GET / HTTP/1.1\r\nHo", 408 },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task It_is_refused_with_a_status_and_no_body_and_the_connection_is_closed(string request, int status)
    {
        await using var server = await TestServer.StartAsync(("WS_HANDSHAKE_TIMEOUT", "1s"));
        using var client = await RawClient.OpenAsync(server);

        await client.SendAsync(request);
        var reply = await client.ReadReplyAsync();

        Assert.Equal((status, ""), (reply.Status, reply.Body));
        Assert.Equal("close", reply.Headers["connection"]);
        Assert.DoesNotContain(server.Log, line => line.StartsWith("Error", StringComparison.Ordinal));
    }
}
