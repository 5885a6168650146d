using WsFanout.Governor.Entry;

namespace WsFanout.Tests.Governor.Entry;

public sealed class TokenBucketTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public void A_burst_passes_at_once_and_then_the_rate()
    {
        var bucket = new TokenBucket(perSecond: 10, burst: 5, _clock);

        Assert.Equal(5, Takes(bucket));
        _clock.Advance(TimeSpan.FromSeconds(0.31));
        Assert.Equal(3, Takes(bucket));
    }

    [Fact]
    public void What_was_not_used_for_long_is_no_more_than_a_burst()
    {
        var bucket = new TokenBucket(perSecond: 10, burst: 5, _clock);
        Takes(bucket);

        _clock.Advance(TimeSpan.FromDays(100));

        Assert.Equal(5, Takes(bucket));
    }

    [Fact]
    public void What_must_be_left_is_left_for_those_who_need_leave_nothing()
    {
        var bucket = new TokenBucket(perSecond: 1, burst: 10, _clock);

        Assert.Equal(6, Takes(bucket, leaving: 4));
        Assert.Equal(4, Takes(bucket));
    }

    [Fact]
    public void What_is_given_back_can_be_taken_again_and_never_makes_more_than_a_burst()
    {
        var bucket = new TokenBucket(perSecond: 1, burst: 3, _clock);
        bucket.GiveBack();
        Assert.Equal(3, Takes(bucket));

        bucket.GiveBack();

        Assert.Equal(1, Takes(bucket));
    }

    private static int Takes(TokenBucket bucket, double leaving = 0)
    {
        var taken = 0;
        while (bucket.TryTake(leaving)) taken++;
        return taken;
    }
}
