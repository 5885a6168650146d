using System.Security.Cryptography;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary><c>/__echo</c>: what conformance suites of others talk to.</summary>
[Trait(WayToTheWire.Trait, WayToTheWire.Both)]
public sealed class EchoTests
{
    private const int MaxBytes = 16 * 1024 * 1024;

    private static readonly (string Name, string Value) Offered = ("WS_TEST_ECHO", "true");

    [Fact]
    public async Task It_is_not_there_unless_it_was_asked_for()
    {
        await using var server = await TestServer.StartAsync();

        var reply = await RawClient.ExchangeAsync(server, Upgrade);

        Assert.Equal((404, "not_found"), (reply.Status, reply.Json["error"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData(RawFrame.Text, 0)]
    [InlineData(RawFrame.Text, 5)]
    [InlineData(RawFrame.Text, MaxBytes)]
    [InlineData(RawFrame.Binary, 0)]
    [InlineData(RawFrame.Binary, 5)]
    [InlineData(RawFrame.Binary, MaxBytes)]
    public async Task A_message_of_up_to_16_MB_comes_back_as_it_was_and_nothing_else_comes(int opcode, int length)
    {
        await using var server = await TestServer.StartAsync(Offered);
        using var client = await ConnectAsync(server);
        var payload = opcode == RawFrame.Text ? Letters(length) : RandomNumberGenerator.GetBytes(length);

        await client.SendFrameAsync(opcode, payload);

        var frame = (await client.ReadAsync())!;
        Assert.Equal(opcode, frame.Opcode);
        Assert.True(payload.AsSpan().SequenceEqual(frame.Payload), "it should be the same bytes");
        await client.SendCloseAsync(1000);
        Assert.Equal(1000, Assert.Single(await client.ReadToEndAsync()).CloseCode);
    }

    [Theory]
    [InlineData(RawFrame.Text)]
    [InlineData(RawFrame.Binary)]
    public async Task A_message_of_more_than_16_MB_closes_with_1009(int opcode)
    {
        await using var server = await TestServer.StartAsync(Offered);
        using var client = await ConnectAsync(server);

        await client.SendFrameAsync(opcode, Letters(MaxBytes), flags: 0);
        await client.SendFrameAsync(RawFrame.Continuation, Letters(1));

        await client.AssertClosedAsync(1009);
    }

    [Fact]
    public async Task A_client_that_sends_and_does_not_read_is_not_read_further_and_loses_nothing()
    {
        const int Messages = 64;
        const int Bytes = 1024 * 1024;
        await using var server = await TestServer.StartAsync(Offered);
        using var client = await ConnectAsync(server);

        var sending = SendAllAsync();
        for (var number = 0; number < Messages; number++)
        {
            var frame = (await client.ReadAsync())!;
            Assert.Equal((RawFrame.Binary, Bytes, (byte)number), (frame.Opcode, frame.Payload.Length, frame.Payload[^1]));

            // The sockets hold a few of them; all would be in the server if it read on.
            if (number == 0) Assert.False(sending.IsCompleted);
        }

        await sending;

        async Task SendAllAsync()
        {
            for (var number = 0; number < Messages; number++) await client.SendFrameAsync(RawFrame.Binary, [.. Enumerable.Repeat((byte)number, Bytes)]);
        }
    }

    [Fact]
    public async Task It_takes_a_place_as_any_client_does_and_gives_it_back()
    {
        await using var server = await TestServer.StartAsync(Offered, ("WS_MAX_CONNECTIONS", "1"));
        using (var client = await ConnectAsync(server))
        {
            (await RawClient.ExchangeAsync(server, Upgrade)).AssertRefusal(503, "max_connections", isPassing: true);
            client.Reset();
        }

        await Testing.Wait.UntilAsync(async () => await server.MetricAsync("ws_connections_current") == 0, "the place should be given back");
    }

    private static string Upgrade => RawClient.Upgrade.Replace("/ws", "/__echo", StringComparison.Ordinal) + "\r\n";

    private static async Task<RawClient> ConnectAsync(TestServer server)
    {
        var client = await RawClient.OpenAsync(server);
        await client.SendAsync(Upgrade);
        Assert.Equal(101, (await client.ReadReplyAsync()).Status);
        return client;
    }

    private static byte[] Letters(int length) => [.. Enumerable.Range(0, length).Select(place => (byte)('a' + place % 26))];
}
