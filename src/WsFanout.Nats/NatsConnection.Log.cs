using Microsoft.Extensions.Logging;
using WsFanout.Nats.Protocol;

namespace WsFanout.Nats;

public sealed partial class NatsConnection
{
    [LoggerMessage(LogLevel.Information, "Connected to NATS server {Server} ({ServerName}, version {Version}), connection number {Generation}.")]
    private partial void LogOpen(ServerAddress server, string? serverName, string? version, long generation);

    [LoggerMessage(LogLevel.Warning, "Lost the connection to NATS server {Server}: {Reason}.")]
    private partial void LogLost(ServerAddress server, string reason);

    [LoggerMessage(LogLevel.Information, "Left NATS server {Server}, which is about to stop, for {Next}.")]
    private partial void LogMoved(ServerAddress server, ServerAddress next);

    [LoggerMessage(LogLevel.Warning, "No connection to NATS server {Server}: {Reason}. Trying until there is one.")]
    private partial void LogFailed(ServerAddress server, string reason);

    [LoggerMessage(LogLevel.Debug, "Still no connection to NATS server {Server}: {Reason}.")]
    private partial void LogStillFailing(ServerAddress server, string reason);
}
