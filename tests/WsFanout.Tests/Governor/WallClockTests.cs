using WsFanout.Governor;

namespace WsFanout.Tests.Governor;

/// <summary>The wall clock is put an hour or a day forward or back: what the governor does depends on time that passes, not on what time it is.</summary>
public sealed class WallClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static TheoryData<double> Jumps => [1, -1, 24];

    [Theory]
    [MemberData(nameof(Jumps))]
    public void States_last_as_long_as_without_a_jump(double hours)
    {
        Assert.Equal(Story(0), Story(hours));
    }

    [Theory]
    [MemberData(nameof(Jumps))]
    public void A_pause_adds_up_to_the_time_that_passed(double hours)
    {
        using var governed = new Governed();

        governed.Look(cpu: 90);
        governed.LookFor(2 * Second, cpu: 90);
        governed.Clock.SetWallClockBy(TimeSpan.FromHours(hours));

        Assert.Equal(2, governed.Governor.Gate.ClosedFor.TotalSeconds, 1);
    }

    [Theory]
    [MemberData(nameof(Jumps))]
    public void A_limit_of_rate_lets_through_as_much_as_without_a_jump(double hours)
    {
        var clock = new TestClock();
        var budget = new IntakeBudget(new GovernorOptions { MaxMessagesPerSecond = 100 }, clock);
        var taken = 0;

        for (var step = 0; step < 100; step++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            if (step % 25 == 0) clock.SetWallClockBy(TimeSpan.FromHours(hours));
            for (; budget.Left(0, 0) > 0; taken++) budget.Took();
        }

        Assert.InRange(taken, 990, 1010);
    }

    private static List<(TimeSpan At, GovernorState State)> Story(double hours)
    {
        using var governed = new Governed();
        foreach (var cpu in new[] { 77.0, 95, 40, 95, 60, 20 })
        {
            governed.LookFor(4 * Second, cpu);
            governed.Clock.SetWallClockBy(TimeSpan.FromHours(hours));
        }

        governed.LookFor(60 * Second);
        return [.. governed.Changes];
    }
}
