using WsFanout.Governor.Entry;

namespace WsFanout.Tests.Governor.Entry;

public sealed class AcceptPaceTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public void Refusals_within_the_budget_stop_nobody()
    {
        var pace = new AcceptPace(refusalsPerSecond: 100, _clock);

        for (var second = 0; second < 10; second++)
        {
            Spend(pace, 100);
            Assert.Equal(TimeSpan.Zero, pace.Recovery());
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void Beyond_the_budget_nobody_is_accepted_until_it_has_recovered()
    {
        var pace = new AcceptPace(refusalsPerSecond: 100, _clock);

        Spend(pace, 150);

        Assert.Equal(0.5, pace.Recovery().TotalSeconds, 3);
        _clock.Advance(TimeSpan.FromSeconds(0.4));
        Assert.Equal(0.1, pace.Recovery().TotalSeconds, 2);
        _clock.Advance(TimeSpan.FromSeconds(0.11));
        Assert.Equal(TimeSpan.Zero, pace.Recovery());
    }

    [Fact]
    public void However_many_were_refused_a_second_is_the_longest_wait()
    {
        var pace = new AcceptPace(refusalsPerSecond: 100, _clock);

        Spend(pace, 1_000_000);

        Assert.Equal(1, pace.Recovery().TotalSeconds, 3);
    }

    [Fact]
    public void A_connection_is_charged_before_it_is_known_what_it_wants_and_gets_it_back_once_unless_it_is_refused()
    {
        var pace = new AcceptPace(refusalsPerSecond: 100, _clock);
        var served = Enumerable.Range(0, 100).Select(_ => pace.Charge()).ToList();
        var refused = pace.Charge();
        Assert.NotEqual(TimeSpan.Zero, pace.Recovery());

        foreach (var charge in served)
        {
            charge.Served();
            charge.Served();
        }

        refused.Refused();
        refused.Served();
        Spend(pace, 99);
        Assert.Equal(TimeSpan.Zero, pace.Recovery());
        refused.Refused();
        served[0].Refused();
        Assert.Equal(0.02, pace.Recovery().TotalSeconds, 3);
    }

    [Fact]
    public async Task A_server_that_stops_does_not_wait_for_the_budget()
    {
        var pace = new AcceptPace(refusalsPerSecond: 1, _clock);
        Spend(pace, 100);

        await pace.WaitAsync(new CancellationToken(canceled: true));

        Assert.NotEqual(TimeSpan.Zero, pace.Recovery());
    }

    private static void Spend(AcceptPace pace, int refusals)
    {
        for (var i = 0; i < refusals; i++) pace.Spend();
    }
}
