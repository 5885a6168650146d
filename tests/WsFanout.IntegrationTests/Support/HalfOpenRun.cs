using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Clients whose network falls silent: no end of their connections ever comes, and the server finds out by itself.</summary>
internal static class HalfOpenRun
{
    private const int Lost = 50;
    private const int Present = 10;

    /// <param name="interval">Between two pings. Seconds.</param>
    /// <param name="timeout">For an answer. Seconds.</param>
    /// <param name="limit">From the silence until the last of them is gone.</param>
    public static async Task RunAsync(string way, bool withTraffic, int interval, int timeout, TimeSpan limit)
    {
        using var network = NetworkNamespace.Create();
        await using var server = await AbusedServer.StartAsync(
            network.Entrance, ("WS_TRANSPORT", way), ("WS_ADDR", $"{network.ServerAddress}:0"), ("WS_PING_INTERVAL", $"{interval}s"), ("WS_PONG_TIMEOUT", $"{timeout}s"), ("WS_SLOW_CLIENT_TIMEOUT", "1m"));
        var present = await Task.WhenAll(Enumerable.Range(0, Present).Select(_ => TestClient.ConnectAsync(new Uri($"ws://{server.Address.Authority}/ws?channels=a"))));
        var lost = await Task.WhenAll(Enumerable.Range(0, Lost).Select(number => RawClient.ConnectAsync(server.Address, "?channels=a", from: network.SilentAddress(number))));
        var pings = new Tally();
        var answering = lost.Select(client => AnswerAsync(client, pings)).ToList();
        await Wait.UntilAsync(() => pings.Count >= 2 * Lost, "all should have been pinged, and live because they answer", TimeSpan.FromSeconds(15 + (3 * interval)));
        Assert.Equal((Present + Lost, Present + Lost), (await server.MetricAsync("ws_connections_current"), await server.MetricAsync("ws_subscriptions_current")));

        network.Silence();
        var (published, left) = (0, 0d);
        await Wait.UntilAsync(
            async () =>
            {
                // Large ones: most pings can't leave, because the sockets are full.
                if (withTraffic) await server.PublishAsync("a", Message(published++));
                return (left = await server.MetricAsync("ws_connections_current")) == Present;
            },
            () => $"those that fell silent should be let go, and only they: of {Present + Lost} clients {Present} should be left on the {way} way {(withTraffic ? "with" : "without")} traffic, {left} are",
            limit);

        Assert.Equal(Lost, await server.MetricAsync("ws_disconnects_total{reason=\"no_life_sign\"}"));
        Assert.Equal(Present, await server.MetricAsync("ws_subscriptions_current"));
        await server.PublishAsync("a", Message(published++));
        foreach (var client in present)
        {
            await client.WaitForMessagesAsync(published);
            Assert.Equal(Enumerable.Range(0, published), client.Messages.Select(message => message["data"]![0]!.GetValue<int>()));
            await client.DisposeAsync();
        }

        foreach (var client in lost) client.Dispose();
        await Task.WhenAll(answering);
        await server.AssertNothingIsLeftAsync();
    }

    private static string Message(int number) => $"[{number},\"{new string('x', 2_000)}\"]";

    private static async Task AnswerAsync(RawClient client, Tally pings)
    {
        try
        {
            while (await client.ReadAsync() is { } frame)
            {
                if (frame.Opcode != RawFrame.Ping) continue;
                await client.SendFrameAsync(RawFrame.Pong, frame.Payload);
                pings.Add();
            }
        }
        catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException or IOException or System.Net.Sockets.SocketException)
        {
            // Nothing has come for ten seconds, or the test is done.
        }
    }
}
