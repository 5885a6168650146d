namespace WsFanout.IntegrationTests.Support;

/// <summary>Connections that send nothing, and some that send their request a byte at a time; honest clients come meanwhile.</summary>
internal static class Slowloris
{
    private const int MostHonest = 200;

    /// <summary>A byte that comes behind the answer makes the kernel forget what was not read yet.</summary>
    private const int Reset = 0;

    /// <param name="handshakeTimeout">As <c>WS_HANDSHAKE_TIMEOUT</c> takes it; every connection must be cut within ten seconds.</param>
    public static async Task RunAsync(int silent, int dripping, string handshakeTimeout, TimeSpan perByte)
    {
        await using var server = await TestServer.StartAsync(
            ("WS_HANDSHAKE_TIMEOUT", handshakeTimeout), ("WS_MAX_CONNECTIONS", "2000"), ("WS_CPU_REJECT_THRESHOLD", "100"), ("WS_CPU_PAUSE_THRESHOLD", "100"));
        var quiet = await Task.WhenAll(Enumerable.Range(0, silent).Select(_ => RawClient.OpenAsync(server)));
        var slow = await Task.WhenAll(Enumerable.Range(0, dripping).Select(_ => RawClient.OpenAsync(server)));
        var cut = quiet.Select(client => client.ReadAsync()).ToList();
        var drips = slow.Select(client => DripAsync(client, perByte)).ToList();

        // One after the other for as long as the slow ones are there, so that some certainly come meanwhile.
        var honest = new List<RawClient>();
        var over = Task.WhenAll(Task.WhenAll(cut), Task.WhenAll(drips));
        do
        {
            honest.Add(await RawClient.ConnectAsync(server, "?channels=a"));
            await honest[^1].ReadAsync("subscription_ack");
        }
        while (!over.IsCompleted && honest.Count < MostHonest);

        await over;
        Assert.All(cut, silence => Assert.Null(silence.Result));
        Assert.All(drips, drip => Assert.True(drip.Result is 408 or Reset, $"answered with {drip.Result}"));
        Assert.Contains(drips, drip => drip.Result == 408);
        await server.PublishAsync("a", "1");
        foreach (var client in honest) await client.ReadAsync("message");
        Assert.Equal(honest.Count, await server.MetricAsync("ws_connections_current"));
        foreach (var client in honest.Concat(quiet).Concat(slow)) client.Dispose();
    }

    /// <summary>Sends a correct request so slowly that it never ends.</summary>
    /// <returns>The status that it is answered with; <see cref="Reset"/> when it was cut without one.</returns>
    private static async Task<int> DripAsync(RawClient client, TimeSpan perByte)
    {
        await client.SendAsync(RawClient.Upgrade[..1]);
        var reply = client.ReadReplyAsync();
        using var pace = new PeriodicTimer(perByte);
        try
        {
            for (var sent = 1; sent < RawClient.Upgrade.Length && !reply.IsCompleted; sent++)
            {
                await Task.WhenAny(reply, pace.WaitForNextTickAsync().AsTask());
                if (!reply.IsCompleted) await client.SendAsync(RawClient.Upgrade[sent..(sent + 1)]);
            }

            return (await reply).Status;
        }
        catch (Exception cut) when (cut is IOException or System.Net.Sockets.SocketException)
        {
            return Reset;
        }
    }
}
