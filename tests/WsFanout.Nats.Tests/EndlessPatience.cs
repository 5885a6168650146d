namespace WsFanout.Nats.Tests;

/// <summary>No deadline ever comes: the goodbye of a connection may take as long as a busy machine needs.</summary>
internal sealed class EndlessPatience : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
