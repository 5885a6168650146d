using WsFanout.Governor.Meters;

namespace WsFanout.Tests.Governor.Meters;

public sealed class LatenessMeterTests
{
    private readonly TestClock _clock = new();
    private (long OnTime, long Late) _punctuality;
    private long _oldestUnreadAt;

    [Fact]
    public void Most_deliveries_since_the_last_sample_decide()
    {
        var meter = Meter(TimeSpan.FromSeconds(2));

        _punctuality = (10, 10);
        Assert.False(meter.Sample());
        _punctuality = (20, 21);
        Assert.True(meter.Sample());
        _punctuality = (40, 22);
        Assert.False(meter.Sample());
        Assert.False(meter.Sample());
    }

    [Fact]
    public void A_message_that_no_worker_reads_is_late_without_any_delivery()
    {
        var meter = Meter(TimeSpan.FromSeconds(2));

        _oldestUnreadAt = _clock.GetTimestamp();
        Assert.False(meter.Sample());
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.True(meter.Sample());
        _oldestUnreadAt = 0;
        Assert.False(meter.Sample());
    }

    [Fact]
    public void With_zero_nothing_is_late()
    {
        var meter = Meter(TimeSpan.Zero);
        _oldestUnreadAt = _clock.GetTimestamp();
        _clock.Advance(TimeSpan.FromSeconds(60));
        _punctuality = (0, 100);

        Assert.False(meter.Sample());
    }

    private LatenessMeter Meter(TimeSpan lateAfter) => new(() => _punctuality, () => _oldestUnreadAt, lateAfter, _clock);
}
