using Microsoft.Extensions.Logging;

namespace WsFanout.Nats.Protocol;

internal sealed partial class NatsSession
{
    [LoggerMessage(LogLevel.Warning, "NATS server {Server} reports: {Words}. The connection stays open.")]
    private partial void LogServerError(ServerAddress server, string words);

    [LoggerMessage(LogLevel.Warning, "NATS server {Server} is about to stop and asks its clients to leave.")]
    private partial void LogLameDuck(ServerAddress server);

    [LoggerMessage(LogLevel.Debug, "NATS server {Server} told of its cluster: {Count} servers are known now.")]
    private partial void LogLearned(ServerAddress server, int count);
}
