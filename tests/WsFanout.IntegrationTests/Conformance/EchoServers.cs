using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.Conformance;

/// <summary>One server for each way to the wire, started when it is first asked for.</summary>
public sealed class EchoServers : IAsyncLifetime
{
    /// <summary>Every way to the wire that the table is run on: values of <c>WS_TRANSPORT</c>.</summary>
    public static readonly IReadOnlyList<string> Ways = ["direct", "stream"];

    private readonly Dictionary<string, TestServer> _servers = [];

    internal async Task<TestServer> OnAsync(string way)
    {
        if (!_servers.TryGetValue(way, out var server))
        {
            _servers[way] = server = await TestServer.StartAsync(("WS_TEST_ECHO", "true"), ("WS_TRANSPORT", way));
        }

        return server;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var server in _servers.Values) await server.DisposeAsync();
    }
}
