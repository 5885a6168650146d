namespace WsFanout.Fanout;

internal sealed partial class Worker
{
    [LoggerMessage(LogLevel.Critical, "The loop of worker {Worker} failed; the process can't go on.")]
    private partial void LogLoopFailed(int worker, Exception exception);
}
