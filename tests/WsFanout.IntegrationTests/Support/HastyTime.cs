namespace WsFanout.IntegrationTests.Support;

/// <summary>A clock on which timers go off twenty times as fast: for waits of seconds that a test has no time for.</summary>
/// <param name="clockHaste">By how much the clock itself is too fast: with more than the timers' haste they seem to go off late.</param>
internal sealed class HastyTime(int clockHaste = 1) : TimeProvider
{
    private const int Haste = 20;

    public override long GetTimestamp() => System.GetTimestamp() * clockHaste;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Hasten(dueTime), Hasten(period));

    private static TimeSpan Hasten(TimeSpan time) => time <= TimeSpan.Zero ? time : time / Haste;
}
