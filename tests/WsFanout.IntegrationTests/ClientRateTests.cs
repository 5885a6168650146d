using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary><c>/client.js</c> in the hands of an application that asks faster than <c>WS_CLIENT_RATE</c>.</summary>
public sealed class ClientRateTests
{
    // Eight requests where five are allowed: the last three come too early, and the server says so once.
    private const string Program = """
        import { FanoutClient } from './client.mjs';
        const client = new FanoutClient('ws://127.0.0.1:PORT/ws', {
          channels: ['a0'],
          on: {
            message: ({ channel, seq }) => console.log('message', channel, seq),
            subscribed: ({ subscribed }) => console.log('subscribed', ...subscribed),
            unsubscribed: ({ unsubscribed }) => console.log('unsubscribed', ...unsubscribed),
            error: ({ id, code }) => console.log('error', id, code),
            state({ state }) {
              console.log(state);
              if (state !== 'connected') return;
              for (let i = 1; i <= 6; i++) client.subscribe([`a${i}`]);
              client.unsubscribe(['a0']);
            },
          },
        });
        client.connect();
        """;

    [FactWith("node", "nodejs")]
    public async Task What_came_too_early_is_asked_again_until_it_is_answered_on_the_same_connection()
    {
        await using var server = await TestServer.StartAsync(("WS_CLIENT_RATE", "1"), ("WS_CLIENT_BURST", "5"));
        using var folder = new EmptyFolder();
        var port = server.BaseAddress.Port;
        using var client = await NodeClient.OfModuleAsync(folder.Path, port, Program.Replace("PORT", $"{port}", StringComparison.Ordinal));

        await UntilAsync(client, lines => lines.Contains("error undefined rate_limited"));
        await UntilAsync(client, lines => !Enumerable.Range(1, 6).Select(i => $"subscribed a{i}").Append("unsubscribed a0").Except(lines).Any());
        for (var i = 0; i <= 6; i++) await server.PublishAsync($"a{i}", "1");
        await UntilAsync(client, lines => lines.Contains("message a6 7"));

        // All but a0, each message once.
        Assert.Equal(Enumerable.Range(1, 6).Select(i => $"message a{i} {i + 1}"), client.Lines.Where(line => line.StartsWith("message", StringComparison.Ordinal)));
        Assert.Equal(1, await server.MetricAsync("ws_connections_total"));
    }

    private static Task UntilAsync(NodeClient client, Func<IReadOnlyCollection<string>, bool> condition) => Wait.UntilAsync(
        () => Task.FromResult(condition(client.Lines)), () => $"the client should have printed something else than:\n{string.Join('\n', client.Lines)}", TimeSpan.FromSeconds(60));
}
