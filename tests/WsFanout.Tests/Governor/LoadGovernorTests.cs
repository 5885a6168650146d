using WsFanout.Governor;
using WsFanout.Governor.Entry;

namespace WsFanout.Tests.Governor;

public sealed class LoadGovernorTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(75.0, "Normal")]
    [InlineData(75.1, "Rejecting")]
    [InlineData(80.0, "Rejecting")]
    [InlineData(80.1, "Paused")]
    public void A_threshold_of_the_plan_is_passed_above_it_not_at_it(double cpu, string state)
    {
        using var governed = new Governed();

        Assert.Equal(state, governed.Look(cpu).ToString());
    }

    [Fact]
    public void Newcomers_are_refused_for_the_cpu_and_the_intake_is_closed_only_when_paused()
    {
        using var governed = new Governed();

        governed.Look(cpu: 77);
        Assert.Same(Refusal.Cpu, governed.Governor.Refusal);
        Assert.True(governed.Governor.Gate.IsOpen);

        governed.Look(cpu: 90);
        Assert.Same(Refusal.Cpu, governed.Governor.Refusal);
        Assert.False(governed.Governor.Gate.IsOpen);
    }

    [Fact]
    public void What_the_start_costs_is_no_load()
    {
        using var governed = new Governed(isPastStart: false);

        Assert.Equal(GovernorState.Normal, governed.LookFor(9 * Second, cpu: 300));
        Assert.Equal(GovernorState.Rejecting, governed.Look(memory: 90));
        Assert.Equal(GovernorState.Paused, governed.LookFor(1 * Second, cpu: 300));
    }

    [Fact]
    public void It_comes_back_by_itself_step_by_step()
    {
        using var governed = new Governed();

        governed.LookFor(2 * Second, cpu: 90);
        governed.LookFor(40 * Second, cpu: 10);

        Assert.Equal([GovernorState.Paused, GovernorState.Rejecting, GovernorState.Normal], governed.Changes.Select(change => change.State));
        Assert.Null(governed.Governor.Refusal);
        Assert.True(governed.Governor.Gate.IsOpen);
    }

    [Fact]
    public void Between_resume_and_threshold_nothing_changes()
    {
        using var governed = new Governed();

        Assert.Equal(GovernorState.Normal, governed.LookFor(60 * Second, cpu: 74));
        governed.Look(cpu: 76);
        Assert.Equal(GovernorState.Rejecting, governed.LookFor(120 * Second, cpu: 71));
        Assert.Equal(GovernorState.Normal, governed.LookFor(6 * Second, cpu: 69));
    }

    [Fact]
    public void With_resume_at_the_threshold_the_plan_holds_to_the_letter()
    {
        using var governed = new Governed(new GovernorOptions { CpuRejectResumePercent = 75, CpuPauseResumePercent = 80 });

        governed.Look(cpu: 81);
        Assert.Equal(GovernorState.Rejecting, governed.LookFor(6 * Second, cpu: 79));
        Assert.Equal(GovernorState.Normal, governed.LookFor(30 * Second, cpu: 74));
    }

    public static TheoryData<double, double, double> Waves => new() { { 70, 75, 3 }, { 75, 80, 3 }, { 70, 75, 2 }, { 75, 80, 5 }, { 70, 75, 9 } };

    [Theory]
    [MemberData(nameof(Waves))]
    public void A_square_wave_of_load_changes_the_state_at_most_four_times_in_any_minute(double rejectResume, double pauseResume, double halfPeriodSeconds)
    {
        using var governed = new Governed(new GovernorOptions { CpuRejectResumePercent = rejectResume, CpuPauseResumePercent = pauseResume });

        // As the meter smooths it: half of the difference in two readings.
        var smoothed = 0.0;
        for (var at = TimeSpan.Zero; at < TimeSpan.FromMinutes(10); at += Governed.Interval)
        {
            var load = (int)(at.TotalSeconds / halfPeriodSeconds) % 2 == 0 ? 100 : 20;
            smoothed += (load - smoothed) * (1 - Math.Pow(2, -0.5));
            governed.Look(smoothed);
        }

        Assert.NotEmpty(governed.Changes);
        Assert.All(governed.Changes, change => Assert.InRange(governed.Changes.Count(other => other.At >= change.At && other.At < change.At + TimeSpan.FromMinutes(1)), 1, 4));
        Assert.Contains(governed.Changes.SkipWhile(change => change.State != GovernorState.Paused), change => change.State == GovernorState.Rejecting);
    }

    [Fact]
    public void A_calm_moment_is_used_whatever_the_pace_says_when_the_stream_is_about_to_drop_messages()
    {
        using var governed = new Governed();
        governed.LookFor(2 * Second, cpu: 90);
        Assert.Equal(GovernorState.Paused, governed.LookFor(2 * Second, cpu: 50, headroom: 11));

        Assert.Equal(GovernorState.Rejecting, governed.Look(cpu: 50, headroom: 9));
    }

    [Fact]
    public void Headroom_that_runs_out_does_not_end_a_pause_while_the_cpu_is_high()
    {
        using var governed = new Governed();

        Assert.Equal(GovernorState.Paused, governed.LookFor(60 * Second, cpu: 90, headroom: 0));
        Assert.Equal(0, governed.Orders.Shed);
    }

    [Fact]
    public void A_pause_that_has_used_up_its_budget_sheds_a_part_of_the_clients_once_and_goes_on_whatever_the_cpu_reads()
    {
        using var governed = new Governed(new GovernorOptions { PauseBudget = 10 * Second });

        governed.Look(cpu: 95);
        Assert.Equal(GovernorState.Paused, governed.LookFor(9 * Second, cpu: 95));
        Assert.Equal(GovernorState.Rejecting, governed.LookFor(2 * Second, cpu: 95));
        Assert.Equal(0.05, governed.Orders.Shed, 3);
        Assert.Equal(GovernorState.Rejecting, governed.LookFor(8 * Second, cpu: 95));

        // As long again without a pause; then the next one has its budget anew.
        Assert.Equal(GovernorState.Paused, governed.LookFor(3 * Second, cpu: 95));
        Assert.Equal(GovernorState.Rejecting, governed.LookFor(11 * Second, cpu: 95));
        Assert.Equal(0.10, governed.Orders.Shed, 3);
    }

    [Fact]
    public void A_pause_that_has_used_up_its_budget_ends_without_shedding_when_the_cpu_is_calm_already()
    {
        using var governed = new Governed(new GovernorOptions { PauseBudget = 3 * Second });
        governed.Look(cpu: 95);

        Assert.Equal(GovernorState.Paused, governed.LookFor(2.5 * Second, cpu: 50));
        Assert.Equal(GovernorState.Rejecting, governed.Look(cpu: 50));
        Assert.Equal(0, governed.Orders.Shed);
    }

    [Fact]
    public void Memory_refuses_then_sheds_then_pauses_and_asks_for_garbage_back()
    {
        using var governed = new Governed();

        Assert.Equal(GovernorState.Normal, governed.LookFor(5 * Second, memory: 84));
        Assert.Equal(GovernorState.Rejecting, governed.LookFor(5 * Second, memory: 86));
        Assert.Same(Refusal.Memory, governed.Governor.Refusal);
        Assert.Equal((0, 1), governed.Orders);

        Assert.Equal(GovernorState.Rejecting, governed.LookFor(3 * Second, memory: 96));
        Assert.Equal(0.15, governed.Orders.Shed, 3);

        Assert.Equal(GovernorState.Paused, governed.LookFor(1 * Second, memory: 98));
        Assert.Equal(GovernorState.Normal, governed.LookFor(90 * Second, memory: 50));
    }

    [Fact]
    public void Where_nobody_is_nobody_is_shed()
    {
        using var governed = new Governed();

        for (var look = 0; look < 20; look++) governed.Look(memory: 99, clients: 0);

        Assert.Equal(0, governed.Orders.Shed);
    }

    [Fact]
    public void Garbage_is_asked_for_before_newcomers_are_refused_for_it_and_after_each_shedding()
    {
        using var governed = new Governed();

        governed.Look(memory: 79);
        Assert.Equal(0, governed.Orders.Collections);
        governed.Look(memory: 81);
        Assert.Equal((GovernorState.Normal, 1), (governed.Governor.State, governed.Orders.Collections));
        governed.LookFor(9 * Second, memory: 81);
        Assert.Equal(1, governed.Orders.Collections);
        governed.LookFor(2 * Second, memory: 81);
        Assert.Equal(2, governed.Orders.Collections);

        governed.LookFor(3 * Second, memory: 96);
        Assert.Equal((0.15, 5), (Math.Round(governed.Orders.Shed, 3), governed.Orders.Collections));
    }

    [Fact]
    public void Nobody_is_shed_for_garbage()
    {
        using var governed = new Governed();
        governed.Look(memory: 82);

        // What came since the last collection is garbage, by each next reading.
        for (var turn = 0; turn < 10; turn++)
        {
            governed.LookFor(2 * Second, memory: 60);
            governed.Look(memory: 96);
        }

        Assert.Equal(0, governed.Orders.Shed);
    }

    [Fact]
    public void Lateness_refuses_newcomers_once_it_has_lasted_five_seconds()
    {
        using var governed = new Governed();

        Assert.Equal(GovernorState.Normal, governed.LookFor(5 * Second, late: true));
        Assert.Equal(GovernorState.Normal, governed.Look());
        Assert.Equal(GovernorState.Rejecting, governed.LookFor(6 * Second, late: true));
        Assert.Same(Refusal.Lag, governed.Governor.Refusal);
    }

    [Fact]
    public void Thresholds_of_a_hundred_are_off()
    {
        using var governed = new Governed(new GovernorOptions
        {
            CpuRejectPercent = 100,
            CpuPausePercent = 100,
            MemoryRejectPercent = 100,
            MemoryShedPercent = 100,
            MemoryPausePercent = 100,
        });

        Assert.Equal(GovernorState.Normal, governed.LookFor(10 * Second, cpu: 400, memory: 130));
        Assert.Equal((0, 0), governed.Orders);
    }

    [Fact]
    public void A_pause_forced_by_a_test_lasts_as_long_as_it_was_told()
    {
        using var governed = new Governed();

        governed.Governor.PauseFor(10 * Second);
        Assert.Equal(GovernorState.Paused, governed.Governor.State);
        Assert.Equal(GovernorState.Paused, governed.LookFor(9 * Second));
        Assert.Equal(GovernorState.Rejecting, governed.LookFor(7 * Second));
        Assert.Equal(GovernorState.Normal, governed.LookFor(5 * Second));
    }

    [Fact]
    public void The_metrics_name_one_state_and_count_each_overload()
    {
        using var governed = new Governed();
        Assert.Equal("ws_governor_state{state=\"normal\"} 1", governed.StateOnMetrics);

        governed.Look(cpu: 77);
        Assert.Equal("ws_governor_state{state=\"rejecting\"} 1", governed.StateOnMetrics);
        governed.Look(cpu: 90);
        Assert.Equal("ws_governor_state{state=\"paused\"} 1", governed.StateOnMetrics);
        governed.LookFor(60 * Second);
        governed.Look(cpu: 90);

        Assert.Equal(2, governed.Overloads);
    }

    [Fact]
    public void Time_at_a_closed_gate_adds_up_and_whoever_waits_is_woken()
    {
        using var governed = new Governed();

        governed.Look(cpu: 90);
        var waiting = governed.Governor.Gate.WhenOpen();
        governed.LookFor(3 * Second, cpu: 90);
        Assert.Equal(3, governed.Governor.Gate.ClosedFor.TotalSeconds, 1);
        Assert.False(waiting.IsCompleted);

        governed.LookFor(7 * Second, cpu: 10);
        var closedFor = governed.Governor.Gate.ClosedFor;
        governed.LookFor(9 * Second, cpu: 10);

        Assert.True(waiting.IsCompleted);
        Assert.Equal(closedFor, governed.Governor.Gate.ClosedFor);
    }
}
