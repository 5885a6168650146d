using WsFanout.Governor.Meters;

namespace WsFanout.Tests.Governor.Meters;

public sealed class CpuMeterTests
{
    [Fact]
    public void It_follows_the_usage_with_a_half_life_of_two_readings()
    {
        var clock = new TestClock();
        var used = TimeSpan.Zero;
        var meter = new CpuMeter(() => used, limitCores: 2, clock);

        for (var i = 0; i < 2; i++) Step(TimeSpan.FromSeconds(1));
        Assert.Equal(25, meter.Percent, precision: 1);
        for (var i = 0; i < 40; i++) Step(TimeSpan.FromSeconds(1));
        Assert.Equal(50, meter.Percent, precision: 1);

        void Step(TimeSpan cpu)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            used += cpu;
            meter.Sample();
        }
    }

    [Fact]
    public void A_counter_that_went_backwards_is_left_out()
    {
        var clock = new TestClock();
        var used = TimeSpan.FromSeconds(100);
        var meter = new CpuMeter(() => used, limitCores: 1, clock);

        clock.Advance(TimeSpan.FromSeconds(1));
        used = TimeSpan.Zero;
        meter.Sample();

        Assert.Equal(0, meter.Percent);
    }
}
