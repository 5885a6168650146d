using WsFanout.Hosting;

namespace WsFanout.Tests.Hosting;

public sealed class StuckWatchTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_process_that_stood_still_and_goes_on_is_not_stuck()
    {
        var watch = new StuckWatch(Limit);

        for (var pause = 0; pause < 10; pause++)
        {
            Assert.False(watch.IsStuck(TimeSpan.FromMinutes(5)));
            Assert.False(watch.IsStuck(TimeSpan.FromMilliseconds(1)));
        }
    }

    [Fact]
    public void A_turn_that_goes_on_for_ever_is()
    {
        var watch = new StuckWatch(Limit);
        var looks = 0;

        for (var busy = TimeSpan.Zero; !watch.IsStuck(busy); busy += TimeSpan.FromMilliseconds(500)) looks++;

        Assert.InRange(looks, 60, 70);
    }
}
