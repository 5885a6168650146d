using WsFanout.Planning.Calibration;
using WsFanout.Planning.Plan;

namespace WsFanout.Tests.Planning.Checks;

public sealed class ContradictionTests
{
    [Fact]
    public void A_reject_threshold_before_the_connections_that_were_given_says_at_how_many_clients()
    {
        var report = Plans.With(CalibrationFile.OfThePlan, Plans.TenThousand);

        Assert.Contains(report.Contradictions, sentence => sentence.StartsWith("WS_CPU_REJECT_THRESHOLD=75 is reached at 6750 clients (2 messages/s each), before WS_MAX_CONNECTIONS=10000: ", StringComparison.Ordinal));
        Assert.False(report.Holds);
    }

    [Fact]
    public void The_same_of_connections_that_were_worked_out_is_a_warning()
    {
        var report = Plans.Of(new PlanRequest { Descriptors = 20_256, ClientRate = 8 });

        Assert.Empty(report.Contradictions);
        Assert.Contains(report.Warnings, sentence => sentence.StartsWith("WS_CPU_REJECT_THRESHOLD=75 is reached at 11250 clients", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("WS_MEMORY_LIMIT", "512MB", "WS_MEMORY_REJECT_PERCENT=85 is reached at 6553 clients")]
    [InlineData("WS_MAX_BROADCAST_RATE", "1000", "WS_MAX_BROADCAST_RATE=1000 is reached at 500 clients")]
    [InlineData("WS_MAX_NATS_RATE", "10", "WS_MAX_NATS_RATE=10: 12 messages/s are published; the server falls behind by 2/s for good.")]
    [InlineData("WS_MAX_CHANNELS_PER_CLIENT", "5", "--subscriptions 6: WS_MAX_CHANNELS_PER_CLIENT is 5; what is beyond is refused.")]
    [InlineData("WS_MAX_CHANNELS_HELD", "99", "--channels 100: WS_MAX_CHANNELS_HELD is 99; the channels longest silent are forgotten.")]
    [InlineData("WS_PUBLISH_MAX_BYTES", "1KB", "--message-size 2000: WS_PUBLISH_MAX_BYTES is 1024; such a publish is answered with 413.")]
    public void Settings_that_do_not_fit_the_load_are_named_with_both_numbers(string name, string value, string expected)
    {
        var report = Plans.Of(Plans.TenThousand with { Subscriptions = 6, MessageBytes = 2000 }, (name, value));

        Assert.StartsWith(expected, Assert.Single(report.Contradictions), StringComparison.Ordinal);
        Assert.False(report.Holds);
    }

    [Fact]
    public void A_plan_for_no_clients_does_not_hold_and_says_what_leaves_no_room()
    {
        var report = Plans.Of(new PlanRequest { BandwidthBytesPerSecond = 125 });

        Assert.Equal((0, false), (report.Basis.Target.Clients, report.Holds));
        Assert.StartsWith("Not one client fits, so there is nothing to plan for: network", Assert.Single(report.Contradictions), StringComparison.Ordinal);
    }

    [Fact]
    public void A_crowd_that_no_number_of_instances_carries_is_a_contradiction()
    {
        var costs = TestCalibration.Round.Costs with { IdleCores = 0.01 };
        var report = Plans.With(TestCalibration.Round with { Costs = costs }, new PlanRequest { Cores = 0.01, MemoryBytes = 512L << 20, Crowd = 1000, Clients = 5 });

        Assert.False(report.Holds);
        Assert.Contains(report.Contradictions, sentence => sentence.StartsWith("--crowd 1000: no number of instances is enough, because one carries no client: CPU below 60 %, trigger 1, (0.01 cores × 60 %", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("WS_CPU_LIMIT", "8", "WS_CPU_LIMIT=8: the machine has 2 cores; what is worked out from more is never reached.")]
    [InlineData("WS_CPU_LIMIT", "2.01", "WS_CPU_LIMIT=2.01: the machine has 2 cores")]
    [InlineData("WS_MEMORY_LIMIT", "8GB", "WS_MEMORY_LIMIT=8192MB: the machine has 2048MB; what is worked out from more is never there.")]
    public void A_limit_above_the_machine_is_a_contradiction(string name, string value, string expected)
    {
        var report = Plans.Of(new PlanRequest { Cores = 2, MemoryBytes = 2048L << 20, Clients = 100, Settings = [(name, value)] });

        Assert.StartsWith(expected, Assert.Single(report.Contradictions), StringComparison.Ordinal);
        Assert.False(report.Holds);
    }

    [Fact]
    public void A_quota_that_is_described_is_the_machine_too()
    {
        var settings = new[] { ("WS_CPU_LIMIT", "1.5") };

        Assert.Contains(Plans.Of(new PlanRequest { Cores = 1.4, Clients = 100, Settings = settings }).Contradictions, sentence => sentence.StartsWith("WS_CPU_LIMIT=1.5: the machine has 1.4 cores", StringComparison.Ordinal));
        Assert.Empty(Plans.Of(new PlanRequest { Cores = 1.5, Clients = 100, Settings = settings }).Contradictions);
    }

    [Fact]
    public void Nobody_gets_more_than_is_published()
    {
        var all = Plans.Of(Plans.TenThousand with { ClientRate = 20 });
        var traders = Plans.Of(new PlanRequest { Clients = 1000, Users = UserMix.Parse("casual:70,active:25,trader:5", out _) });

        Assert.Contains("Each client is to get 20 messages/s, and only 12/s are published (--rate): nobody gets more than there is.", all.Contradictions);
        Assert.Contains("Users 'trader' are to get up to 20 messages/s, and only 12/s are published (--rate): nobody gets more than there is.", traders.Contradictions);
    }

    [Fact]
    public void What_the_server_would_warn_of_at_its_start_is_a_warning_here()
    {
        var report = Plans.Of(Plans.TenThousand, ("WS_CPU_LIMIT", "8"));

        Assert.Contains(report.Warnings, sentence => sentence.Contains("only 2 cores are there", StringComparison.Ordinal));
    }

    [Fact]
    public void Costs_that_were_measured_another_way_are_a_warning()
    {
        var report = Plans.With(TestCalibration.Round with { Link = "loopback" }, Plans.TenThousand with { MessageBytes = 4000 }, ("WS_TRANSPORT", "stream"));

        Assert.Contains(report.Warnings, sentence => sentence.StartsWith("The costs are those of the direct way", StringComparison.Ordinal));
        Assert.Contains(report.Warnings, sentence => sentence.Contains("over loopback", StringComparison.Ordinal));
        Assert.Contains(report.Warnings, sentence => sentence.StartsWith("The costs are those of 400 bytes a message; with 4000", StringComparison.Ordinal));
    }

    [Fact]
    public void A_calibration_by_which_intake_is_free_is_a_warning()
    {
        Assert.Contains(Plans.Of(Plans.TenThousand).Warnings, sentence => sentence.StartsWith("By the test's calibration a message costs nothing until it is delivered", StringComparison.Ordinal));
        Assert.DoesNotContain(Plans.With(TestCalibration.Full, Plans.TenThousand).Warnings, sentence => sentence.Contains("costs nothing", StringComparison.Ordinal));
    }

    [Fact]
    public void A_load_above_the_utilisation_aimed_at_is_a_warning()
    {
        var report = Plans.Of(new PlanRequest { Clients = 10_000, ClientRate = 6 });

        var beyond = Plans.Of(new PlanRequest { Clients = 10_000, ClientRate = 8 });

        Assert.Contains(beyond.Warnings, sentence => sentence.StartsWith("peak load: the CPU would have to do 133 %.", StringComparison.Ordinal));
        Assert.Contains("peak load: the CPU stands at 100 %, above the 70 % that is aimed at: delays grow as 1 / (1 − utilisation).", report.Warnings);
    }
}
