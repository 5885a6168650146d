namespace WsFanout.Testing;

/// <summary>Several real <c>nats-server</c>s that know of each other, each with JetStream unless the options say otherwise.</summary>
internal sealed class NatsCluster : IAsyncDisposable
{
    private NatsCluster(NatsServerProcess[] nodes) => Nodes = nodes;

    public IReadOnlyList<NatsServerProcess> Nodes { get; }

    /// <param name="size">How many.</param>
    /// <param name="options">Of each node; its configuration is added to that of the cluster.</param>
    public static async Task<NatsCluster> StartAsync(int size, NatsServerOptions? options = null)
    {
        options ??= new NatsServerOptions();
        var ports = Enumerable.Range(0, size).Select(_ => FreePort.Next()).ToArray();
        var routes = string.Join(", ", ports.Select(port => $"\"nats-route://127.0.0.1:{port}\""));
        var starting = ports.Select((port, node) => NatsServerProcess.StartAsync(options with
        {
            Config = $"server_name: {NameOf(node)}\ncluster {{ name: tests, listen: \"127.0.0.1:{port}\", routes: [{routes}] }}\n{options.Config}",
        })).ToArray();
        try
        {
            return new NatsCluster(await Task.WhenAll(starting));
        }
        catch
        {
            foreach (var started in starting.Where(one => one.IsCompletedSuccessfully)) await started.Result.DisposeAsync();
            throw;
        }
    }

    /// <summary>The name that a node gives itself, by its place among them.</summary>
    public static string NameOf(int node) => $"n{node + 1}";

    /// <summary>The node that listens there.</summary>
    public NatsServerProcess NodeAt(int port) => Nodes.Single(node => node.Port == port);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes) await node.DisposeAsync();
    }
}
