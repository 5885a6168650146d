using WsFanout.Governor;

namespace WsFanout.Tests.Governor;

public sealed class IntakeBudgetTests
{
    private readonly TestClock _clock = new();
    private long _dealt;

    [Fact]
    public void Without_limits_nothing_holds_the_intake_back() => Assert.True(Budget(new GovernorOptions()).Left(1000, 1000) > 1_000_000);

    [Theory]
    [InlineData(100, 1000)]
    [InlineData(2, 20)]
    [InlineData(0.5, 5)]
    public void Over_ten_seconds_as_many_messages_come_as_the_limit_allows(double perSecond, int expected)
    {
        var budget = Budget(new GovernorOptions { MaxMessagesPerSecond = perSecond });

        var taken = TakeFor(TimeSpan.FromSeconds(10), budget, fanout: 0);

        Assert.InRange(taken, expected - 1, expected + 1);
    }

    [Theory]
    [InlineData(1000, 10, 1000)]
    [InlineData(1000, 1, 10_000)]
    [InlineData(100, 500, 2)]
    public void Over_ten_seconds_as_many_deliveries_are_made_as_the_limit_allows(double perSecond, int fanout, int expectedMessages)
    {
        var budget = Budget(new GovernorOptions { MaxDeliveriesPerSecond = perSecond });

        var taken = TakeFor(TimeSpan.FromSeconds(10), budget, fanout);

        Assert.InRange(taken, expectedMessages * 0.9, (expectedMessages * 1.1) + 1);
    }

    [Fact]
    public void Messages_that_have_come_and_are_not_dealt_yet_count_against_the_deliveries()
    {
        var budget = Budget(new GovernorOptions { MaxDeliveriesPerSecond = 100 });
        budget.Took();
        _dealt++;
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(50, budget.Left(0, 0));
        Assert.Equal(30, budget.Left(10, 10));
        Assert.True(budget.Left(0, 60) <= 0);
    }

    [Fact]
    public void After_a_pause_the_backlog_comes_slowly_first_and_then_faster_without_reaching_the_threshold()
    {
        var budget = Budget(new GovernorOptions());
        var cpu = 0.0;
        var rates = new List<int>();
        var highest = 0.0;

        // A server that 200 messages a second would fill, 100 of them before the pause, and a backlog without end.
        for (var second = 0; second < 5; second++) Pass(budget, 100, ref cpu);
        budget.CatchUp();
        for (var look = 0; look < 120; look++)
        {
            var took = 0;
            for (var tick = 0; tick < 2; tick++)
            {
                _clock.Advance(TimeSpan.FromMilliseconds(250));
                for (var left = budget.Left(0, 0); left > 0; left--, took++) budget.Took();
            }

            cpu = took * 2 / 200.0 * 100;
            highest = Math.Max(highest, cpu);
            rates.Add(took * 2);
            budget.Look(cpu, mustHurry: false);
        }

        Assert.InRange(rates[0], 20, 60);
        Assert.True(rates[^1] > 120, $"the last rates were {string.Join(' ', rates.TakeLast(10))}");
        Assert.InRange(highest, 60, 80);
        Assert.True(budget.IsCatchingUp);
    }

    [Fact]
    public void Catching_up_ends_once_less_comes_than_may()
    {
        var budget = Budget(new GovernorOptions());
        var cpu = 0.0;
        for (var second = 0; second < 5; second++) Pass(budget, 100, ref cpu);
        budget.CatchUp();

        for (var look = 0; look < 3; look++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(500));
            budget.Took();
            budget.Look(10, mustHurry: false);
        }

        Assert.False(budget.IsCatchingUp);
        Assert.True(budget.Left(0, 0) > 1_000_000);
    }

    [Fact]
    public void A_neighbour_that_keeps_the_cpu_high_does_not_hold_back_for_ever_what_the_stream_goes_on_to_bring()
    {
        var budget = Budget(new GovernorOptions());
        var cpu = 0.0;
        for (var second = 0; second < 10; second++) Pass(budget, 100, ref cpu);
        budget.CatchUp();
        var rates = Enumerable.Range(0, 180).Select(_ => TakeForASecond(budget, cpu: 100)).ToList();

        Assert.All(rates.Take(10), rate => Assert.InRange(rate, 40, 60));
        Assert.True(rates[^1] > 100, $"the last rates were {string.Join(' ', rates.TakeLast(10))}");
    }

    [Fact]
    public void A_stream_that_is_about_to_drop_messages_is_read_without_a_pace()
    {
        var budget = Budget(new GovernorOptions());
        budget.CatchUp();
        _clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.InRange(budget.Left(0, 0), 0, 10);

        budget.Look(99, mustHurry: true);

        Assert.True(budget.Left(0, 0) > 1_000_000);
    }

    private IntakeBudget Budget(GovernorOptions options)
    {
        var budget = new IntakeBudget(options, _clock);
        budget.Observe(() => _dealt);
        return budget;
    }

    /// <returns>Messages that might be taken.</returns>
    private int TakeForASecond(IntakeBudget budget, double cpu)
    {
        var took = 0;
        for (var tick = 0; tick < 4; tick++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(250));
            for (var left = budget.Left(0, 0); left > 0; left--, took++) budget.Took();
            if (tick % 2 == 1) budget.Look(cpu, mustHurry: false);
        }

        return took;
    }

    private void Pass(IntakeBudget budget, int messages, ref double cpu)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < messages; i++) budget.Took();
        cpu = messages / 200.0 * 100;
        budget.Look(cpu, mustHurry: false);
    }

    /// <summary>An endless backlog, taken as the pull loop does: with every tick what the budget leaves.</summary>
    private int TakeFor(TimeSpan time, IntakeBudget budget, int fanout)
    {
        var taken = 0;
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMilliseconds(250))
        {
            _clock.Advance(TimeSpan.FromMilliseconds(250));
            for (var left = Math.Min(10_000, budget.Left(0, 0)); left > 0; left--, taken++)
            {
                budget.Took();
                _dealt += fanout;
            }
        }

        return taken;
    }
}
