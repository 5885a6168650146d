namespace WsFanout.Tests;

/// <summary>A clock that stands still until it is moved; its ticks are odd, so that nobody takes them for milliseconds.</summary>
internal sealed class TestClock : TimeProvider
{
    private long _ticks = 1_000_000;
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => 7_000;

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => _now;

    /// <summary>The wall clock is set to another time, as by an administrator or NTP; no time passes.</summary>
    public void SetWallClockBy(TimeSpan jump) => _now += jump;

    public void Advance(TimeSpan time)
    {
        _ticks += (long)(time.TotalSeconds * TimestampFrequency);
        _now += time;
    }
}
