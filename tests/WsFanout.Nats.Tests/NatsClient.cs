using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using WsFanout.Testing;

namespace WsFanout.Nats.Tests;

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

    public static NatsConnection Start(NatsOpts options, ILogger<NatsConnection>? logger = null, TimeProvider? time = null)
    {
        var connection = new NatsConnection(options, time ?? TimeProvider.System, logger ?? NullLogger<NatsConnection>.Instance);
        connection.Start();
        return connection;
    }

    public static Task<NatsConnection> OpenAsync(params Uri[] servers) => OpenAsync(Options(servers));

    public static async Task<NatsConnection> OpenAsync(NatsOpts options, ILogger<NatsConnection>? logger = null, TimeProvider? time = null)
    {
        var connection = Start(options, logger, time);
        await connection.IsOpenAsync();
        return connection;
    }

    public static Task IsOpenAsync(this NatsConnection connection, long generation = 1) => Wait.UntilAsync(
        () => Task.FromResult(connection.ConnectionState == NatsConnectionState.Open && connection.Generation >= generation),
        () => $"connection {generation} is open; it is number {connection.Generation} and says: {connection.LastError}");

    public static Task FailsWithAsync(this NatsConnection connection, string reason) => Wait.UntilAsync(
        () => Task.FromResult(connection.LastError?.Contains(reason, StringComparison.Ordinal) == true),
        () => $"the connection fails with '{reason}'; it says: {connection.LastError}");

    /// <summary>Next message, or a failure after 30 s.</summary>
    public static async Task<NatsMsg> NextAsync(this NatsSub sub)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await sub.Msgs.ReadAsync(limit.Token);
    }
}
