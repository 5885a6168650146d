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
        var nodes = new List<NatsServerProcess>();
        try
        {
            for (var node = 0; node < size; node++)
            {
                var cluster = $"server_name: n{node + 1}\ncluster {{ name: tests, listen: \"127.0.0.1:{ports[node]}\", routes: [{routes}] }}\n";
                nodes.Add(await NatsServerProcess.StartAsync(options with { Config = cluster + options.Config }));
            }
        }
        catch
        {
            foreach (var node in nodes) await node.DisposeAsync();
            throw;
        }

        return new NatsCluster([.. nodes]);
    }

    /// <summary>The node that listens there.</summary>
    public NatsServerProcess NodeAt(int port) => Nodes.Single(node => node.Port == port);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes) await node.DisposeAsync();
    }
}
