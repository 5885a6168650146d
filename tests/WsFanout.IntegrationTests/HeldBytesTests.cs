using WsFanout.IntegrationTests.Conformance;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>What a client declares and does not send costs nothing, and what it sends and does not end costs no more than a message may.</summary>
[Collection(HeavyTests.Name)]
public sealed class HeldBytesTests
{
    private const int Clients = 200;
    private const double Slack = 5e6;

    public static TheoryData<string> Ways => [.. EchoServers.Ways];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task No_length_that_is_declared_takes_memory(string way)
    {
        await using var server = await WarmAsync(way);

        // The framework tells of a frame with its payload: on that way more than a message may have must come.
        var payload = Enumerable.Repeat((byte)' ', way == "direct" ? 1_024 : 20_000).ToArray();
        foreach (var length in new[] { 1UL << 30, 1UL << 31, (1UL << 63) - 1, 1UL << 63 })
        {
            var clients = await ConnectAsync(server);
            var before = await server.ResidentBytesAsync();

            await Task.WhenAll(clients.Select(client => client.SendFrameAsync(RawFrame.Text, payload, declaredLength: length)));
            foreach (var client in clients) await client.AssertClosedAsync(length == 1UL << 63 ? 1002 : 1009);

            var more = await server.ResidentBytesAsync() - before;
            Assert.True(more < Slack + (2.0 * Clients * payload.Length), $"{more} bytes more after {length} were declared");
            foreach (var client in clients) client.Dispose();
            await Wait.UntilAsync(async () => await server.MetricAsync("ws_connections_current") == 0, "all should be gone");
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Fragments_without_an_end_are_refused_when_they_are_too_much_and_cost_no_more_until_then(string way)
    {
        const int most = 16 * 1024;
        await using var server = await WarmAsync(way);
        var clients = await ConnectAsync(server);
        var before = await server.ResidentBytesAsync();
        var fragments = Enumerable.Repeat(ClientFrame.More(" ").ToBytes(), most - 1).SelectMany(frame => frame).ToArray();

        foreach (var client in clients)
        {
            await client.SendAsync(ClientFrame.Begin(" ").ToBytes());
            await client.SendAsync(fragments);
            await client.SendFrameAsync(RawFrame.Ping, []);
            Assert.Equal(RawFrame.Pong, (await client.ReadAsync())!.Opcode);
        }

        var held = await server.ResidentBytesAsync() - before;
        await Task.WhenAll(clients.Select(client => client.SendAsync(ClientFrame.More(" ").ToBytes())));
        foreach (var client in clients) await client.AssertClosedAsync(1009);
        Assert.True(held < Slack + (2.0 * Clients * most), $"{held} bytes held");
        foreach (var client in clients) client.Dispose();
        await server.AssertNothingIsLeftAsync();
    }

    /// <summary>A server that has let in and let go as many clients, and read as many messages, as the test will.</summary>
    private static async Task<AbusedServer> WarmAsync(string way)
    {
        var server = await AbusedServer.StartAsync(("WS_TRANSPORT", way), ("WS_PING_INTERVAL", "10m"));
        for (var round = 0; round < 2; round++)
        {
            var clients = await ConnectAsync(server);
            foreach (var client in clients)
            {
                await client.SendFrameAsync(RawFrame.Text, [.. Enumerable.Repeat((byte)' ', 20_000)]);
                await client.AssertClosedAsync(1009);
                client.Dispose();
            }

            await Wait.UntilAsync(async () => await server.MetricAsync("ws_connections_current") == 0, "all should be gone");
        }

        return server;
    }

    private static Task<RawClient[]> ConnectAsync(AbusedServer server) =>
        Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => RawClient.ConnectAsync(server.Address)));
}
