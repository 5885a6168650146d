using System.Text;
using WsFanout.IntegrationTests.Support;
using WsFanout.Nats;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>Attaching where the broker allows little or the line is slow.</summary>
public sealed class ReattachTests
{
    [Fact]
    public async Task Where_one_consumer_is_allowed_a_lost_connection_does_not_leave_the_old_one_in_the_way()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var broker = await Broker.ConnectAsync(nats);
        await broker.Js.CreateStreamAsync(new StreamConfig { Name = Broker.Stream, Subjects = ["odin.token.>"], MaxConsumers = 1 });
        using var proxy = new HoldingProxy(nats.Port);
        await using var server = await TestServer.StartAsync(("NATS_URL", proxy.Url.ToString()));
        await server.WaitUntilReadyAsync();
        await using var client = await server.ConnectAsync("?channels=%3E");
        await client.WaitForAsync("subscription_ack");

        for (var i = 1; i <= 3; i++)
        {
            proxy.Cut();
            await broker.Js.PublishAsync("odin.token.a", Encoding.UTF8.GetBytes($"{i}"));
            await client.WaitForMessagesAsync(i);
            Assert.Single(await broker.ConsumersAsync());
        }

        Assert.Empty(client.OfType("gap"));
    }

    [Fact]
    public async Task A_broker_that_is_away_is_warned_of_once_whatever_the_attempts_to_reach_it_say()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        await using var server = await TestServer.StartAsync(nats);

        await nats.KillAsync();
        await Wait.UntilAsync(
            async () => (await server.Http.GetStringAsync(new Uri("health", UriKind.Relative))).Contains("refused", StringComparison.Ordinal),
            "the reason should be the newest attempt's");

        Assert.Single(server.Log, line => line.Contains("Not attached", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_large_last_message_on_a_slow_line_does_not_keep_the_server_from_attaching()
    {
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = "max_payload: 8MB" });
        using var proxy = new HoldingProxy(nats.Port) { BytesPerSecond = 2 << 20 };
        await using (var broker = await Broker.ConnectAsync(nats))
        {
            await broker.Js.CreateStreamAsync(new StreamConfig { Name = Broker.Stream, Subjects = ["odin.token.>"] });
            await broker.Js.PublishAsync("odin.token.a", Encoding.UTF8.GetBytes(new string('1', 6_000_000)), timeout: TimeSpan.FromSeconds(10));
        }

        await using var server = await TestServer.StartAsync(("NATS_URL", proxy.Url.ToString()));

        await server.WaitUntilReadyAsync();
    }
}
