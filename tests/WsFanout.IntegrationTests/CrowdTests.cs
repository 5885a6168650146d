using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>More clients than there are places, more newcomers than there is rate, connections that only cost: whoever is in notices nothing.</summary>
[Collection(HeavyTests.Name)]
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class CrowdTests
{
    private const int Places = 1_000;
    private const int Comers = 1_200;
    private const int Messages = 10;
    private const string Refused = "ws_connections_rejected_total{reason=\"max_connections\"}";
    private const string Connected = "ws_connections_current";

    [Fact]
    public async Task Of_twelve_hundred_clients_exactly_a_thousand_get_in_and_get_every_message_and_who_leaves_makes_room()
    {
        await using var server = await TestServer.StartAsync(
            ("WS_HANDSHAKE_TIMEOUT", "1m"), ("WS_MAX_CONNECTIONS", $"{Places}"), ("WS_CPU_REJECT_THRESHOLD", "100"), ("WS_CPU_PAUSE_THRESHOLD", "100"));
        var comers = await Task.WhenAll(Enumerable.Range(0, Comers).Select(_ => Visitor.TryAsync(server, "?channels=a")));

        var clients = comers.Select(comer => comer.Client).OfType<RawClient>().ToList();
        Assert.Equal(Places, clients.Count);
        foreach (var (reply, client) in comers.Where(comer => comer.Client is null)) reply.AssertRefusal(503, "max_connections", isPassing: true);
        Assert.Equal((Places, Comers - Places), (await server.MetricAsync(Connected), await server.MetricAsync(Refused)));
        await AssertServedAsync(server, clients);

        foreach (var client in clients.Take(Comers - Places)) client.Dispose();
        await Wait.UntilAsync(async () => await server.MetricAsync(Connected) == Places - (Comers - Places), "places should be given back");
        var newcomers = await Task.WhenAll(Enumerable.Range(0, Comers - Places).Select(_ => Visitor.TryAsync(server, "?channels=a")));
        Assert.All(newcomers, comer => Assert.Equal(101, comer.Reply.Status));
        clients = [.. clients.Skip(Comers - Places), .. newcomers.Select(comer => comer.Client!)];
        await AssertServedAsync(server, clients);
        Assert.Equal((Places, Comers - Places), (await server.MetricAsync(Connected), await server.MetricAsync(Refused)));
        foreach (var client in clients) client.Dispose();
    }

    [Fact]
    public Task A_herd_that_returns_at_once_is_let_in_at_the_rate_and_who_stayed_loses_nothing() =>
        Herd.RunAsync(clients: 300, perSecond: 100, deadline: TimeSpan.FromSeconds(60));

    [Fact]
    public Task Connections_that_ask_for_nothing_or_never_finish_asking_are_cut_and_honest_clients_come_meanwhile() =>
        Slowloris.RunAsync(silent: 200, dripping: 300, handshakeTimeout: "3s", perByte: TimeSpan.FromSeconds(0.5));

    /// <summary>Everybody gets everything that is published now, in order.</summary>
    private static async Task AssertServedAsync(TestServer server, List<RawClient> clients)
    {
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_subscriptions_current") == clients.Count, "everybody should have subscribed");
        var published = new List<long>();
        for (var i = 0; i < Messages; i++) published.Add(await server.PublishAsync("a", $"{i}"));

        foreach (var client in clients)
        {
            for (var i = 0; i < Messages; i++) Assert.Equal(published[i], (await client.ReadAsync("message")).Json["seq"]!.GetValue<long>());
        }
    }
}
