using System.Net.Sockets;
using System.Text;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.Conformance;

/// <summary>Plays one handshake to a server; whoever is let in must get an echo, whoever is not must get nothing else.</summary>
internal static class HandshakeRunner
{
    /// <summary>Word of HTTP/2 that says: use HTTP/1.1.</summary>
    private static readonly byte[] GoAway = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13];

    public static async Task RunAsync(TestServer server, HandshakeVector vector)
    {
        using var client = await RawClient.OpenAsync(server);
        await SendAsync(client, vector);
        if (vector.Answers.Count == 0) Assert.Equal(GoAway, await client.ReadRestAsync());

        var last = 0;
        foreach (var statuses in vector.Answers)
        {
            var reply = await client.ReadReplyAsync();
            last = reply.Status;
            Assert.Contains(last, statuses);
            if (last == 426) Assert.Equal("13", reply.Headers["sec-websocket-version"]);
            if (last != 101) continue;
            Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", reply.Headers["sec-websocket-accept"]);
            Assert.Equal(("websocket", "Upgrade"), (reply.Headers["upgrade"], reply.Headers["connection"]));
        }

        if (last == 101) await AssertEchoAsync(client);
        else client.EndSending();
        Assert.Null(await client.ReadAsync());
        await Testing.Wait.UntilAsync(() => server.ClientCount == 0, "the client should be gone");
    }

    private static async Task AssertEchoAsync(RawClient client)
    {
        await client.SendTextAsync("Hello");
        Assert.Equal("Hello"u8.ToArray(), (await client.ReadAsync())!.Payload);
        await client.SendCloseAsync(1000);
        Assert.Equal(1000, (await client.ReadAsync())!.CloseCode);
    }

    private static async Task SendAsync(RawClient client, HandshakeVector vector)
    {
        var bytes = Encoding.Latin1.GetBytes(vector.Request);
        try
        {
            foreach (var piece in bytes.Chunk(vector.IsByteByByte ? 1 : bytes.Length)) await client.SendAsync(piece);
        }
        catch (SocketException)
        {
            // Refused before all of it was read; the answer can still be.
        }
    }
}
