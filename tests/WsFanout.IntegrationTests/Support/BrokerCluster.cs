using Microsoft.Extensions.Logging.Abstractions;
using WsFanout.Nats;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Three brokers that are one JetStream cluster.</summary>
internal sealed class BrokerCluster : IAsyncDisposable
{
    private const int Size = 3;

    private readonly NatsCluster _cluster;

    private BrokerCluster(NatsCluster cluster) => _cluster = cluster;

    public IReadOnlyList<NatsServerProcess> Nodes => _cluster.Nodes;

    public IReadOnlyList<Uri> Urls => [.. Nodes.Select(node => node.Url)];

    /// <summary>Ends when it can hold streams.</summary>
    public static async Task<BrokerCluster> StartAsync(string? binary = null)
    {
        var cluster = new BrokerCluster(await NatsCluster.StartAsync(Size, new NatsServerOptions { Binary = binary }));
        try
        {
            await cluster.AskAsync("INFO");
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A majority of the nodes, that among them which a server was attached at last: it notices at once that they are gone.</summary>
    public IReadOnlyList<NatsServerProcess> MajorityWith(TestServer server)
    {
        var attached = server.Log.Last(line => line.Contains("Attached to stream", StringComparison.Ordinal));
        var first = Enumerable.Range(0, Size).Single(node => attached.Contains($" at {NatsCluster.NameOf(node)}.", StringComparison.Ordinal));
        return [Nodes[first], Nodes[(first + 1) % Size]];
    }

    /// <summary>Asks something of any node, again until one answers without an error.</summary>
    public async Task<System.Text.Json.Nodes.JsonNode> AskAsync(string subject, string body = "")
    {
        await using var connection = new NatsConnection(new NatsOpts { Servers = Urls, Name = "side" }, TimeProvider.System, NullLogger<NatsConnection>.Instance);
        connection.Start();
        System.Text.Json.Nodes.JsonNode? said = null;
        await Wait.UntilAsync(
            async () =>
            {
                try
                {
                    using var answer = await connection.RequestAsync($"$JS.API.{subject}", System.Text.Encoding.UTF8.GetBytes(body));
                    said = System.Text.Json.Nodes.JsonNode.Parse(answer.Payload);
                    return said!["error"] is null;
                }
                catch (NatsException)
                {
                    return false;
                }
            },
            () => $"{subject} should be answered: {said?.ToJsonString()}",
            TimeSpan.FromSeconds(60));
        return said!;
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
