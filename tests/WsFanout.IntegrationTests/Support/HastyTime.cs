namespace WsFanout.IntegrationTests.Support;

/// <summary>A clock on which timers go off twenty times as fast: for waits of seconds that a test has no time for.</summary>
internal sealed class HastyTime : TimeProvider
{
    private const int Haste = 20;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Hasten(dueTime), Hasten(period));

    private static TimeSpan Hasten(TimeSpan time) => time <= TimeSpan.Zero ? time : time / Haste;
}
