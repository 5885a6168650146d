using System.Globalization;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Somebody who wants in and keeps the rules: refused, it comes back when it was told to.</summary>
internal static class Visitor
{
    /// <summary>More attempts are no way to let a client in.</summary>
    private const int MostAttempts = 100;

    private static readonly TimeSpan MostOfItsOwn = TimeSpan.FromMilliseconds(500);

    /// <summary>One attempt.</summary>
    /// <param name="headers">Further lines of the request, each with its line end.</param>
    /// <returns>The answer and, if it is 101, the client behind it.</returns>
    public static async Task<(HttpReply Reply, RawClient? Client)> TryAsync(TestServer server, string query = "", string headers = "")
    {
        var client = await RawClient.OpenAsync(server);
        await client.SendAsync($"{RawClient.Upgrade.Replace("/ws", "/ws" + query, StringComparison.Ordinal)}{headers}\r\n");
        var reply = await client.ReadReplyAsync();
        if (reply.Status == 101) return (reply, client);
        client.Dispose();
        return (reply, null);
    }

    /// <summary>Comes until it is let in.</summary>
    /// <param name="refusals">Counts one for each refusal; each must have the form of one.</param>
    public static async Task<RawClient> GetInAsync(TestServer server, string query, Tally refusals)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var (reply, client) = await TryAsync(server, query);
            if (client is not null) return client;
            reply.AssertRefusal(reply.Status, reply.Status == 429 ? "rate_limited" : "max_connections", isPassing: true);
            refusals.Add();
            var told = TimeSpan.FromSeconds(int.Parse(reply.Headers["retry-after"], CultureInfo.InvariantCulture));
            Assert.InRange(told.TotalSeconds, 1, 60);
            await Task.Delay(told + (MostOfItsOwn * Random.Shared.NextDouble()));
        }

        throw new InvalidOperationException($"not let in within {MostAttempts} attempts");
    }
}
