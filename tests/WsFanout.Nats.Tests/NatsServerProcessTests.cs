using WsFanout.Testing;

namespace WsFanout.Nats.Tests;

public class NatsServerProcessTests
{
    [Fact]
    public async Task A_killed_server_comes_back_on_the_same_port()
    {
        await using var server = await NatsServerProcess.StartAsync();
        var port = server.Port;

        await server.KillAsync();
        Assert.True(server.HasExited);
        await server.RestartAsync();

        Assert.Equal(port, server.Port);
        Assert.Contains("Server is ready", server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_read_fails_with_what_the_server_printed()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => NatsServerProcess.StartAsync(new NatsServerOptions { Config = "max_payload: nonsense" }));

        Assert.Contains("did not start", failure.Message, StringComparison.Ordinal);
        Assert.Contains("nats.conf", failure.Message, StringComparison.Ordinal);
    }
}
