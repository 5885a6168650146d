using WsFanout.Hosting;

namespace WsFanout.Tests.Hosting;

public sealed class GarbageDutyTests
{
    private readonly TestClock _clock = new();
    private readonly GarbageDuty _duty;
    private int _collections;

    public GarbageDutyTests() => _duty = new GarbageDuty(_clock, Collect);

    [Fact]
    public void A_crowd_is_followed_by_one_collection_once_it_is_in()
    {
        for (var joined = 0; joined <= 5_000; joined += 500) Look(joined);
        Assert.Equal(0, _collections);

        for (var i = 0; i < 100; i++) Look(5_000);

        Assert.Equal(1, _collections);
    }

    [Fact]
    public void Stragglers_do_not_hold_it_up_and_are_no_crowd_of_their_own()
    {
        Look(10_000);
        Look(10_050);
        Assert.Equal(1, _collections);

        for (var joined = 10_051; joined < 10_150; joined++) Look(joined);

        Assert.Equal(1, _collections);
    }

    [Fact]
    public void A_few_are_no_crowd()
    {
        for (var i = 0; i < 10; i++) Look(400);

        Assert.Equal(0, _collections);
    }

    [Fact]
    public void The_next_crowd_gets_its_own()
    {
        Look(1_000);
        Look(1_000);
        Look(2_000);
        Look(2_000);

        Assert.Equal(2, _collections);
    }

    [Fact]
    public void Whoever_asks_collecting_takes_a_twentieth_of_the_time_at_most()
    {
        Assert.True(_duty.Collect());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(_duty.Collect());
        _clock.Advance(TimeSpan.FromSeconds(1.5));

        Assert.True(_duty.Collect());
        Assert.Equal(2, _collections);
    }

    private void Look(long joined)
    {
        _clock.Advance(TimeSpan.FromSeconds(5));
        _duty.AfterCrowd(joined);
    }

    private void Collect()
    {
        _collections++;
        _clock.Advance(TimeSpan.FromMilliseconds(100));
    }
}
