using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Everybody is cut at once and is back at once, while a few who were not cut go on listening.</summary>
internal static class Herd
{
    private const int Survivors = 20;
    private const string Refused = "ws_connections_rejected_total{reason=\"rate_limited\"}";

    private static readonly TimeSpan Return = TimeSpan.FromMilliseconds(200);

    /// <param name="perSecond">The rate that newcomers are let in at, and the burst.</param>
    /// <param name="deadline">For the last of the herd to be in again. Nothing else is timed.</param>
    public static async Task RunAsync(int clients, int perSecond, TimeSpan deadline)
    {
        await using var server = await TestServer.StartAsync(
            ("WS_HANDSHAKE_TIMEOUT", "1m"), ("WS_CONNECT_RATE", $"{perSecond}"), ("WS_CONNECT_BURST", $"{perSecond}"), ("WS_MAX_CONNECTIONS", $"{(2 * clients) + Survivors}"),
            ("WS_CPU_REJECT_THRESHOLD", "100"), ("WS_CPU_PAUSE_THRESHOLD", "100"));
        var survivors = await Task.WhenAll(Enumerable.Range(0, Survivors).Select(_ => server.ConnectAsync("?channels=a")));
        foreach (var survivor in survivors) await survivor.WaitForAsync("subscription_ack");
        var welcome = survivors[0].OfType("welcome").Single();
        var query = $"?channels=b&since={welcome["seq"]}&epoch={welcome["epoch"]}";
        var refusals = new Tally();
        var herd = await GetInAsync(server, clients, query, TimeSpan.Zero, refusals).WaitAsync(deadline);
        var refusedBefore = refusals.Count;

        using var stop = new CancellationTokenSource();
        var publishing = PublishAsync(server, stop.Token);
        foreach (var client in herd) client.Reset();
        herd = await GetInAsync(server, clients, query, Return, refusals).WaitAsync(deadline);
        foreach (var client in herd) await client.ReadAsync("sync");
        await stop.CancelAsync();
        var published = await publishing;

        Assert.True(refusals.Count > refusedBefore, "a herd that is let in at once shows nothing");
        Assert.Equal(refusals.Count, await server.MetricAsync(Refused));
        Assert.True(published > 0, "something should be published meanwhile");
        foreach (var survivor in survivors)
        {
            await survivor.WaitForMessagesAsync(published);
            Assert.Equal(Enumerable.Range(0, published), survivor.Messages.Select(message => message["data"]!.GetValue<int>()));
            await survivor.DisposeAsync();
        }

        await Wait.UntilAsync(async () => await server.MetricAsync("ws_connections_current") == clients, "nobody but the herd should be there");
        foreach (var client in herd) client.Dispose();
    }

    private static Task<RawClient[]> GetInAsync(TestServer server, int clients, string query, TimeSpan within, Tally refusals) =>
        Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            await Task.Delay(within * Random.Shared.NextDouble());
            return await Visitor.GetInAsync(server, query, refusals);
        }));

    private static async Task<int> PublishAsync(TestServer server, CancellationToken until)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var published = 0;
        while (!until.IsCancellationRequested)
        {
            await server.PublishAsync("a", $"{published++}");
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }

        return published;
    }
}
