using System.Collections.Concurrent;
using WsFanout.Testing;

namespace WsFanout.Nats.Tests.RealServer;

public class ClusterTests
{
    private const int SigUsr2 = 12;

    public static TheoryData<string> Servers => [.. NatsServerProcess.Binaries];

    [Theory, MemberData(nameof(Servers))]
    public async Task The_other_nodes_are_learned_from_one_and_used_when_it_dies(string binary)
    {
        await using var cluster = await NatsCluster.StartAsync(3, new() { Binary = binary, JetStream = false });
        var log = new LogLines();
        await using var connection = await NatsClient.OpenAsync(NatsClient.Options(cluster.Nodes[0].Url), log);
        await Wait.UntilAsync(() => Knows(log, 3), "all three are known");

        await cluster.Nodes[0].KillAsync();
        await connection.IsOpenAsync(generation: 2);

        Assert.True(connection.ServerInfo?.ServerName is "n2" or "n3", connection.ServerInfo?.ServerName);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task A_node_that_is_about_to_stop_is_left_before_it_cuts(string binary)
    {
        await using var cluster = await NatsCluster.StartAsync(2, new() { Binary = binary, JetStream = false, Config = "lame_duck_duration: \"30s\"" });
        var log = new LogLines();
        await using var connection = await NatsClient.OpenAsync(NatsClient.Options(cluster.Nodes[0].Url), log);
        await Wait.UntilAsync(() => Knows(log, 2), "both are known");
        var states = new ConcurrentDictionary<NatsConnectionState, bool>();

        cluster.Nodes[0].Signal(SigUsr2);
        await Wait.UntilAsync(
            () =>
            {
                states[connection.ConnectionState] = true;
                return connection.Generation == 2;
            },
            "it has moved");

        Assert.Equal("n2", connection.ServerInfo?.ServerName);
        Assert.Equal([NatsConnectionState.Open], states.Keys);
        Assert.False(cluster.Nodes[0].HasExited);
        Assert.DoesNotContain(log.Lines, line => line.Contains("Lost the connection", StringComparison.Ordinal));
    }

    private static bool Knows(LogLines log, int count) => log.Lines.Any(line => line.Contains($"{count} servers are known", StringComparison.Ordinal));
}
