namespace WsFanout.IntegrationTests.Support;

/// <summary>The machine's time, with a wall clock that can be set to another one; timestamps and timers go on as they are.</summary>
internal sealed class MovableWallClock : TimeProvider
{
    private long _offsetTicks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _offsetTicks));

    /// <summary>Sets it to so much before or behind the machine's.</summary>
    public void SetOffset(TimeSpan offset) => Interlocked.Exchange(ref _offsetTicks, offset.Ticks);
}
