using System.Net;
using System.Text.Json.Nodes;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Clients that come and go, and one that comes and goes on a channel.</summary>
internal static class Churn
{
    private const int AtATime = 16;
    private const int RequestsAtATime = 50;

    /// <summary>So many connections: two of three become clients and subscribe; they go in every way there is.</summary>
    public static async Task ConnectAsync(AbusedServer server, int connections) =>
        await Parallel.ForEachAsync(Enumerable.Range(0, connections), new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (number, _) =>
        {
            // Who ends a connection first keeps its port for a minute: each address has ports of its own.
            var from = new IPAddress([127, 0, 0, (byte)(2 + (number % 50))]);
            if (number % 3 == 0)
            {
                await Departure.GoAsync(await RawClient.OpenAsync(server.Address, from: from), Departure.Kinds[number / 3 % 3]);
                return;
            }

            var client = await RawClient.ConnectAsync(server.Address, $"?channels=c.{number},p.{number}.*", from: from);
            await client.ReadAsync("subscription_ack");
            if (number % 3 == 1)
            {
                await client.SendCloseAsync(1000);
                await client.DrainAsync();
                client.Dispose();
            }
            else
            {
                await Departure.GoAsync(client, Departure.Kinds[number / 3 % 3]);
            }
        });

    /// <summary>One client that subscribes to a channel and leaves it, so many times.</summary>
    public static async Task SubscribeAsync(AbusedServer server, int times)
    {
        using var client = await RawClient.ConnectAsync(server.Address);
        for (var done = 0; done < times; done += RequestsAtATime)
        {
            for (var i = 0; i < RequestsAtATime; i++)
            {
                await client.SendTextAsync("""{"type":"subscribe","data":{"channels":["a","b.*"]}}""");
                await client.SendTextAsync("""{"type":"unsubscribe","data":{"channels":["a","b.*"]}}""");
            }

            JsonNode? left = null;
            for (var i = 0; i < RequestsAtATime; i++) left = (await client.ReadAsync("unsubscription_ack")).Json;
            Assert.Equal(0, left!["count"]!.GetValue<int>());
        }

        Assert.Equal(0, await server.MetricAsync("ws_subscriptions_current"));
        await client.SendTextAsync("""{"type":"subscribe","data":{"channels":["a"]}}""");
        await client.ReadAsync("subscription_ack");
        var sequence = await server.PublishAsync("a", "1");
        Assert.Equal(sequence, (await client.ReadAsync("message")).Json["seq"]!.GetValue<long>());
    }
}
