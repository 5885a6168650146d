using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

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
}
