using System.Net.Sockets;
using System.Text;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.Conformance;

/// <summary>Plays one vector to a server, judges what comes back, and ends the connection as the protocol wants it.</summary>
internal sealed class VectorRunner(TestServer server, string way)
{
    // Behind everything that a vector sends: its answer proves that the connection is in order.
    private static readonly ClientFrame Probe = ClientFrame.Ping("still in order?");

    public async Task RunAsync(Vector vector)
    {
        using var client = await RawClient.OpenAsync(server);
        var allowed = vector.AllowedOn(way);
        await SendAsync(client, vector);
        if (allowed.Any(outcome => outcome.Close is null)) await SendAsync(client, Probe.ToBytes());

        var seen = await ReadAsync(client);

        Assert.True(allowed.Contains(seen), $"{vector.Name}: {seen}; allowed: {string.Join(" or ", allowed)}");
        await EndAsync(client, vector, seen.Close);
    }

    private static async Task SendAsync(RawClient client, Vector vector)
    {
        var pieces = vector.Chop([.. vector.Frames.Select(frame => frame.ToBytes())]).ToList();
        var head = Encoding.ASCII.GetBytes(RawClient.Upgrade.Replace("/ws", vector.Path, StringComparison.Ordinal) + vector.Headers + "\r\n");
        await client.SendAsync(vector.IsGlued ? [.. head, .. pieces[0]] : head);
        var reply = await client.ReadReplyAsync();
        Assert.Equal(101, reply.Status);
        Assert.DoesNotContain("sec-websocket-extensions", reply.Headers.Keys);
        if (vector.Path == "/ws") Assert.Equal("welcome", (await client.ReadAsync())?.Type);
        foreach (var piece in pieces.Skip(vector.IsGlued ? 1 : 0))
        {
            if (!await SendAsync(client, piece)) return;
        }
    }

    /// <returns>Whether the server still takes something.</returns>
    private static async Task<bool> SendAsync(RawClient client, byte[] bytes)
    {
        try
        {
            await client.SendAsync(bytes);
            return true;
        }
        catch (SocketException)
        {
            // It has closed already; what it said before can still be read.
            return false;
        }
    }

    private static async Task<Outcome> ReadAsync(RawClient client)
    {
        var frames = new List<RawFrame>();
        try
        {
            return await ReadAsync(client, frames);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"neither a close frame nor the answer to the probe came behind {new Outcome(null, frames)}");
        }
    }

    private static async Task<Outcome> ReadAsync(RawClient client, List<RawFrame> frames)
    {
        while (true)
        {
            var frame = await client.ReadAsync() ?? throw new InvalidOperationException($"the connection was cut without a close frame behind {new Outcome(null, frames)}");
            if (frame.Opcode == RawFrame.Pong && frame.Payload.AsSpan().SequenceEqual(Probe.Payload)) return new Outcome(null, frames);
            if (frame.Opcode == RawFrame.Close) return new Outcome(CodeOf(frame), frames);
            frames.Add(frame);
        }
    }

    /// <summary>After a close frame nothing else comes but the end of the connection, and the server forgets the client.</summary>
    private async Task EndAsync(RawClient client, Vector vector, int? closed)
    {
        if (closed is null)
        {
            await client.SendCloseAsync(1000);
            var answer = await client.ReadAsync();
            Assert.Equal((RawFrame.Close, 1000), (answer!.Opcode, answer.CloseCode));
        }
        else if (!vector.Frames.Any(frame => frame.Opcode == RawFrame.Close) && closed != Outcome.NoCode)
        {
            await SendAsync(client, ClientFrame.Close(closed.Value).ToBytes());
            if (vector.EndsInsideFrame) client.EndSending();
        }

        Assert.Null(await client.ReadAsync());
        await Testing.Wait.UntilAsync(() => server.ClientCount == 0, "the client should be gone");
    }

    private static int CodeOf(RawFrame close)
    {
        if (close.Payload.Length == 0) return Outcome.NoCode;
        Assert.InRange(close.Payload.Length, 2, 125);
        _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(close.Payload, 2, close.Payload.Length - 2);
        return close.CloseCode;
    }
}
