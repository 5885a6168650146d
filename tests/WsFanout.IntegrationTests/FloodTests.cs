using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>Whoever sends as fast as the machine can has its turn and no more: the others are heard meanwhile.</summary>
[Collection(HeavyTests.Name)]
public sealed class FloodTests
{
    private static readonly byte[] Noise = new byte[256 * 1024];

    /// <summary>10,000 requests that are each a frame of its own.</summary>
    private static readonly byte[] Requests = [.. Enumerable.Repeat(ClientFrame.Text("""{"type":"heartbeat"}""").ToBytes(), 10_000).SelectMany(frame => frame)];

    /// <summary>Frames of 16 KB that begin like JSON and are none.</summary>
    private static readonly byte[] Garbage = [.. Enumerable.Repeat(ClientFrame.Text("{\"type\":[" + new string('[', 16_000)).ToBytes(), 16).SelectMany(frame => frame)];

    public static TheoryData<string, string> Floods
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var way in Conformance.EchoServers.Ways)
            {
                foreach (var kind in new[] { "behind a close frame", "behind a broken frame", "as the body of a request", "as small requests", "as requests of garbage" }) all.Add(way, kind);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task A_flood_keeps_nobody_else_from_being_heard(string way, string kind)
    {
        await using var server = await TestServer.StartAsync(("WS_TRANSPORT", way), ("WS_WORKER_POOL_SIZE", "1"), ("WS_PUBLISH_MAX_BYTES", "1MB"));
        await using var healthy = await server.ConnectAsync();
        using var stop = new CancellationTokenSource();
        var floods = Enumerable.Range(0, 3).Select(_ => FloodAsync(server, kind, stop.Token)).ToArray();

        for (var i = 1; i <= 20; i++)
        {
            await healthy.SendAsync("""{"type":"heartbeat"}""");
            await healthy.WaitForAsync("pong", i);
        }

        await stop.CancelAsync();
        Assert.True(await Task.WhenAll(floods) is var sent && sent.Sum() > Noise.Length, $"{sent.Sum()} bytes are no flood");
        Assert.Null(healthy.CloseCode);
    }

    /// <summary>Begins again whenever it is cut.</summary>
    /// <returns>Bytes sent.</returns>
    private static async Task<long> FloodAsync(TestServer server, string kind, CancellationToken stop)
    {
        var sent = 0L;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var client = await BeginAsync(server, kind);
                var noise = kind.StartsWith("as small", StringComparison.Ordinal) ? Requests : kind.EndsWith("garbage", StringComparison.Ordinal) ? Garbage : Noise;
                for (; !stop.IsCancellationRequested; sent += noise.Length) await client.SendAsync(noise);
            }
            catch (Exception cut) when (cut is System.Net.Sockets.SocketException or OperationCanceledException)
            {
                // That is how it should end.
            }
        }

        return sent;
    }

    private static async Task<RawClient> BeginAsync(TestServer server, string kind)
    {
        switch (kind)
        {
            case "behind a close frame":
                var leaving = await RawClient.ConnectAsync(server);
                await leaving.SendCloseAsync(1000);
                return leaving;
            case "as small requests" or "as requests of garbage":
                return await RawClient.ConnectAsync(server);
            case "behind a broken frame":
                var broken = await RawClient.ConnectAsync(server);
                await broken.SendFrameAsync(RawFrame.Text, [1, 2, 3], flags: 0xF);
                return broken;
            default:
                var publishing = await RawClient.OpenAsync(server);
                await publishing.SendAsync("POST /publish/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000000\r\n\r\n");
                return publishing;
        }
    }
}
