using Microsoft.Extensions.Logging.Abstractions;
using WsFanout.Testing;

namespace WsFanout.Nats.Tests.RealServer;

/// <summary>Connections with patience cut down to what a test can wait for.</summary>
internal static class NatsClient
{
    public static NatsOpts Options(params Uri[] servers) => new()
    {
        Servers = servers,
        Name = "wsfanout-tests",
        ReconnectWaitMin = TimeSpan.FromMilliseconds(20),
        ReconnectWaitMax = TimeSpan.FromMilliseconds(300),
    };

    public static NatsConnection Start(NatsOpts options)
    {
        var connection = new NatsConnection(options, TimeProvider.System, NullLogger<NatsConnection>.Instance);
        connection.Start();
        return connection;
    }

    public static Task<NatsConnection> OpenAsync(NatsServerProcess server) => OpenAsync(Options(server.Url));

    public static async Task<NatsConnection> OpenAsync(NatsOpts options)
    {
        var connection = Start(options);
        await Wait.UntilAsync(
            () => Task.FromResult(connection.ConnectionState == NatsConnectionState.Open), () => $"the connection is open; it says: {connection.LastError}");
        return connection;
    }

    /// <summary>Next message, or a failure after 10 s.</summary>
    public static async Task<NatsMsg> NextAsync(this NatsSub sub)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return await sub.Msgs.ReadAsync(limit.Token);
    }
}
