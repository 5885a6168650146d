using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using WsFanout.Nats;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Three brokers that are one JetStream cluster.</summary>
internal sealed class BrokerCluster : IAsyncDisposable
{
    private const int Size = 3;

    private readonly List<NatsServerProcess> _nodes = [];

    public IReadOnlyList<NatsServerProcess> Nodes => _nodes;

    public IReadOnlyList<Uri> Urls => [.. _nodes.Select(node => node.Url)];

    /// <summary>Ends when it can hold streams.</summary>
    public static async Task<BrokerCluster> StartAsync(string? binary = null)
    {
        var cluster = new BrokerCluster();
        try
        {
            var ports = Enumerable.Range(0, Size).Select(_ => FreePort.Next()).ToArray();
            var routes = string.Join(", ", ports.Select(port => string.Create(CultureInfo.InvariantCulture, $"\"nats://127.0.0.1:{port}\"")));
            var starting = ports.Select((port, i) => NatsServerProcess.StartAsync(new NatsServerOptions
            {
                Binary = binary,
                Config = string.Create(CultureInfo.InvariantCulture, $"server_name: n{i}\ncluster {{ name: c, listen: \"127.0.0.1:{port}\", routes: [{routes}] }}"),
            }));
            cluster._nodes.AddRange(await Task.WhenAll(starting));
            await cluster.AskAsync("INFO");
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
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

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }
}
