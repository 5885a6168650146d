using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>At the extreme nobody is accepted for a while, and then again.</summary>
[Collection(HeavyTests.Name)]
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class AcceptPauseTests
{
    private const string Paused = "ws_accept_paused_seconds_total";

    [Fact]
    public async Task A_crowd_that_costs_too_much_waits_unaccepted_and_everybody_is_answered_in_the_end()
    {
        // A twentieth of a core affords 50 refusals a second, and 50 at once.
        await using var server = await TestServer.StartAsync(
            ("WS_CPU_LIMIT", "0.05"), ("WS_CPU_REJECT_THRESHOLD", "100"), ("WS_CPU_PAUSE_THRESHOLD", "100"), ("WS_HANDSHAKE_TIMEOUT", "1m"), ("WS_MAX_CONNECTIONS", "1"));
        await using var client = await server.ConnectAsync("?channels=a");
        await client.WaitForAsync("subscription_ack");
        Assert.Equal(0, await server.MetricAsync(Paused));

        // A crowd of less than the open connections' bound may be accepted as a whole before the first of it is refused: the next one waits.
        var (refused, published) = (0, 0);
        for (var crowd = 0; await server.MetricAsync(Paused) == 0; crowd++)
        {
            Assert.True(crowd < 20, "accepting should have been paused");
            var answers = Task.WhenAll(Enumerable.Range(0, 300).Select(_ => Visitor.TryAsync(server)));
            while (!answers.IsCompleted)
            {
                await server.PublishAsync("a", $"{published++}");
                await client.WaitForMessagesAsync(published);
            }

            foreach (var (reply, _) in await answers) reply.AssertRefusal(503, "max_connections", isPassing: true);
            refused += 300;
        }

        Assert.Equal(refused, await server.MetricAsync("ws_connections_rejected_total{reason=\"max_connections\"}"));
        await client.CloseAsync();
        await client.WaitForEndAsync();
        await using var next = await server.ConnectAsync("?channels=a");
        await next.WaitForAsync("subscription_ack");
    }

    [Fact]
    public async Task Refusals_within_the_budget_pause_nothing()
    {
        await using var server = await TestServer.StartAsync(
            ("WS_CPU_LIMIT", "2"), ("WS_CPU_REJECT_THRESHOLD", "100"), ("WS_CPU_PAUSE_THRESHOLD", "100"), ("WS_MAX_CONNECTIONS", "1"));
        await using var client = await server.ConnectAsync();

        for (var i = 0; i < 100; i++) Assert.Equal(503, (await Visitor.TryAsync(server)).Reply.Status);

        Assert.Equal(0, await server.MetricAsync(Paused));
    }
}
