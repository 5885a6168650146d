using System.Collections.Concurrent;
using WsFanout.IntegrationTests.Conformance;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>A server without clients that is told to stop at the very moment when some come in: it must not end under them.</summary>
public sealed class DrainEntryTests
{
    private const int Rounds = 30;
    private const int Newcomers = 8;

    public static TheoryData<string> Ways => [.. EchoServers.Ways];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Whoever_gets_its_101_gets_its_goodbye(string way)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            await using var server = await TestServer.StartAsync(("WS_TRANSPORT", way));
            var sockets = await Task.WhenAll(Enumerable.Range(0, Newcomers).Select(_ => RawClient.OpenAsync(server)));
            var outcomes = new ConcurrentBag<string>();
            var coming = sockets.Select(socket => Task.Run(async () => outcomes.Add(await ComeInAsync(socket)))).ToList();
            var yields = random.Next(200);
            for (var i = 0; i < yields; i++) await Task.Yield();

            await server.StopAsync();
            await Task.WhenAll(coming);

            Assert.All(outcomes, outcome => Assert.True(outcome is "refused" or "told" or "never answered", $"seed {seed}, round {round}: {outcome}"));
            foreach (var socket in sockets) socket.Dispose();
        }
    }

    private static async Task<string> ComeInAsync(RawClient socket)
    {
        HttpReply reply;
        try
        {
            await socket.SendAsync(RawClient.Upgrade + "\r\n");
            reply = await socket.ReadReplyAsync();
        }
        catch (Exception cut) when (cut is IOException or System.Net.Sockets.SocketException)
        {
            return "never answered";
        }

        if (reply.Status != 101) return reply.Status == 503 ? "refused" : $"answered {reply.Status}";
        await using var guest = Guest.Of(socket);
        await guest.WaitForEndAsync();
        return guest is { Bye: not null, CloseCode: 4200 } ? "told" : "let in and cut";
    }
}
