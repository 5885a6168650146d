namespace WsFanout.IntegrationTests.Support;

/// <summary>The machine's time, which can be made to jump ahead; timers go on as they are.</summary>
internal sealed class MovableClock : TimeProvider
{
    private long _passedTicks;

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => System.GetTimestamp() + (long)(new TimeSpan(Interlocked.Read(ref _passedTicks)).TotalSeconds * TimestampFrequency);

    public void Pass(TimeSpan time) => Interlocked.Add(ref _passedTicks, time.Ticks);
}
