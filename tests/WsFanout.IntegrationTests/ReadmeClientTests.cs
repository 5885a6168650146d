using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;
using WsFanout.Tests.Tools;

namespace WsFanout.IntegrationTests;

/// <summary>The client that the README prints, run by Node as its readers would.</summary>
public sealed class ReadmeClientTests
{
    [FactWith("node", "nodejs")]
    public async Task It_prints_messages_and_comes_back_with_its_position_though_it_is_refused_meanwhile()
    {
        await using var server = await TestServer.StartAsync();
        using var between = new HoldingProxy(server.BaseAddress.Port);
        using var client = NodeClient.OfReadme(between.Url.Port);

        // What is published before it has subscribed it never sees.
        await Wait.UntilAsync(
            async () =>
            {
                await server.PublishAsync("BTC.trade", "1");
                await Task.Delay(TimeSpan.FromMilliseconds(200));
                return client.Lines.Any(line => line.StartsWith("BTC.trade ", StringComparison.Ordinal));
            },
            () => $"the client should print a message; it has printed:\n{string.Join('\n', client.Lines)}",
            TimeSpan.FromSeconds(30));

        between.IsAway = true;
        between.Cut();
        await Wait.UntilAsync(() => Task.FromResult(between.TurnedAway >= 2), () => $"the client should try again and again; it has printed:\n{string.Join('\n', client.Lines)}", TimeSpan.FromSeconds(30));
        var missed = await server.PublishAsync("BTC.trade", "2");
        between.IsAway = false;

        // It has told where it was, so it is given what it missed, and nothing twice.
        await Wait.UntilAsync(
            () => Task.FromResult(client.Lines.Contains($"BTC.trade {missed} 2")),
            () => $"the client should print message {missed}; it has printed:\n{string.Join('\n', client.Lines)}",
            TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(client.Lines, line => line.Contains("\"type\":\"gap\"", StringComparison.Ordinal));
        Assert.Equal(client.Lines.Distinct(), client.Lines);
    }

    [FactWith("node", "nodejs")]
    public async Task It_keeps_its_position_though_a_server_that_is_behind_tells_its_own_and_gives_it_up_for_another_stream()
    {
        await using var server = await ScriptedServer.ForClientsAsync(async (client, connection) =>
        {
            await client.SubscribeAsync(ScriptedSocket.Ack);
            if (connection == 1) await client.MessageAsync("BTC.trade", 80, 0);
            if (connection == 3) await client.SendAsync("""{"type":"reset","epoch":"e2","seq":3,"ts":7}""");
            await client.SendAsync("""{"type":"position","seq":2,"ts":5}""");
            await client.CloseAsync(4201);
        });
        using var client = NodeClient.OfReadme(new Uri(server.Http).Port);

        await Wait.UntilAsync(
            () => Task.FromResult(server.Queries.Count >= 4), () => $"the client should come back three times; it has printed:\n{string.Join('\n', client.Lines)}", TimeSpan.FromSeconds(30));
        Assert.Equal(["", "?since=80&epoch=e1&at=1795224000123", "?since=80&epoch=e1&at=1795224000123", "?since=3&epoch=e2&at=7"], server.Queries.Take(4));
    }
}
