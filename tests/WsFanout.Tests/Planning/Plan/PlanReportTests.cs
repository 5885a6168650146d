using WsFanout.Planning.Calibration;
using WsFanout.Planning.Plan;

namespace WsFanout.Tests.Planning.Plan;

public sealed class PlanReportTests
{
    [Fact]
    public void Every_resource_says_how_many_clients_it_carries()
    {
        var report = Plans.Of(Plans.TenThousand);

        // 1.8 cores / (2 × 15 µs); (1,792 − 128) MB / 48 KB; descriptors less the reserve.
        Assert.Equal((10_000, 60_000, 42_000, 45_000, 48_000), (report.Limit("max_connections"), report.Limit("cpu_all"), report.Limit("cpu_target"), report.Limit("cpu_reject"), report.Limit("cpu_pause")));
        Assert.Equal((35_498, 29_764, 1_048_320), (report.Limit("memory_all"), report.Limit("memory_reject"), report.Limit("descriptors")));
        Assert.Equal((24_027 - 22) / 2, report.Limit("tasks"));
        Assert.Equal((long)(125e6 / (2 * report.Basis.WireBytesPerDelivery)), report.Limit("network"));
        Assert.Equal("max_connections", report.Basis.Binding.Key);
        Assert.All(report.Basis.Limits, limit => Assert.NotEmpty(limit.Formula));
    }

    [Fact]
    public void A_threshold_that_is_off_is_no_limit()
    {
        var report = Plans.Of(Plans.TenThousand, ("WS_CPU_REJECT_THRESHOLD", "100"), ("WS_CPU_PAUSE_THRESHOLD", "100"));

        Assert.DoesNotContain(report.Basis.Limits, limit => limit.Key is "cpu_reject" or "cpu_pause");
    }

    [Fact]
    public void A_message_takes_of_the_network_what_the_encoder_makes_of_it_and_its_headers()
    {
        var basis = Plans.Of(Plans.TenThousand).Basis;

        Assert.InRange(basis.FrameBytes, 480, 520);
        Assert.Equal(basis.FrameBytes + 90, basis.WireBytesPerDelivery);
        Assert.Equal(basis.FrameBytes - 400, WireBytes.Frame(600) - 600);
        Assert.Equal((1448 + 90, 1449 + 180), (WireBytes.OfFrame(1448), WireBytes.OfFrame(1449)));
    }

    [Fact]
    public void Light_is_half_the_clients_at_half_the_rate_and_peak_twice_the_rate()
    {
        var report = Plans.With(TestCalibration.Full, Plans.TenThousand with { MessagesPerSecond = 20 });

        Assert.Equal(
            [("light", 5_000L, 1.0, 10.0), ("target", 10_000L, 2.0, 20.0), ("peak", 10_000L, 4.0, 40.0)],
            report.Loads.Select(use => (use.Load.Name, use.Load.Clients, use.Load.RatePerClient, use.Load.MessagesPerSecond)));
        // 0.01 idle + 10,000 × (1 µs + 2 × 10 µs) + 20 × 1 ms.
        Assert.Equal(0.01 + 0.21 + 0.02, report.Use("target").Cores, 9);
        Assert.Equal(100 * 0.24 / 1.8, report.Use("target").CpuPercent, 9);
    }

    [Fact]
    public void The_kernels_4_KB_a_socket_are_part_of_the_memory()
    {
        var use = Plans.Of(Plans.TenThousand).Use("target");

        Assert.Equal((10_000 * 4096.0, (128 << 20) + (10_000.0 * (48 << 10))), (use.KernelBytes, use.MemoryBytes));
        Assert.Equal(100 * use.MemoryBytes / (1792L << 20), use.MemoryPercent, 9);
    }

    [Fact]
    public void Units_of_concurrency_are_counted_as_the_server_counts_them()
    {
        var use = Plans.Of(Plans.TenThousand with { Workers = 256 }).Use("target");

        Assert.Equal(((2 * 10_000) + 2 + 20, 100 * 20_022.0 / 24_332), (use.Tasks, use.TasksPercent));
    }

    [Fact]
    public void A_mix_of_users_adds_its_low_and_high_rates()
    {
        var mix = UserMix.Parse("casual:70,active:25,trader:5", out _);

        var report = Plans.Of(new PlanRequest { Clients = 10_000, Users = mix, MessagesPerSecond = 30 });

        Assert.Equal(["light", "target, low", "target", "target, high", "peak"], report.Loads.Select(use => use.Load.Name));
        Assert.Equal([0.8975, 0.64, 1.795, 2.95, 3.59], report.Loads.Select(use => Math.Round(use.Load.RatePerClient, 9)));
        Assert.Contains("70 % × 0.6 + 25 % × 3 + 5 % × 12.5", report.Basis.RateFormula, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4.0, 8, 4.0)]
    [InlineData(null, 8, 1.6)]
    [InlineData(null, null, 2.0)]
    public void What_a_client_gets_is_given_or_follows_from_its_subscriptions_or_is_the_plans(double? given, int? subscriptions, double rate)
    {
        var report = Plans.Of(new PlanRequest { Clients = 100, MessagesPerSecond = 20, Channels = 100, ClientRate = given, Subscriptions = subscriptions });

        Assert.Equal(rate, report.Basis.RatePerClient, 9);
    }

    [Fact]
    public void Nobody_asked_for_a_number_is_planned_for_what_the_machine_carries()
    {
        var report = Plans.Of(new PlanRequest());

        // Memory ends it, where newcomers are refused.
        Assert.Equal(29_760, report.Basis.Target.Clients);
        Assert.True(report.Holds, string.Join("; ", report.Checks.Where(check => !check.Passed).Select(check => check.Rule).Concat(report.Contradictions)));
    }

    [Fact]
    public void Clients_that_nobody_asked_for_pass_all_checks_of_their_load()
    {
        var random = new Random(20261130);
        string[] ofTheLoad = ["clients", "cpu_target", "cpu_reject", "memory_target", "network_target", "network_peak"];
        for (var i = 0; i < 300; i++)
        {
            var request = new PlanRequest
            {
                Cores = random.Next(1, 64),
                MemoryBytes = (long)random.Next(1, 64) << 30,
                Descriptors = random.Next(1_000, 2_000_000),
                BandwidthBytesPerSecond = 1e6 * random.Next(1, 2_000),
                ClientRate = 0.1 + (random.NextDouble() * 10),
                TargetUtilisation = random.Next(1, 100),
            };
            var calibration = TestCalibration.Any(random);
            var report = Plans.With(calibration, request);

            if (report.Basis.Target.Clients == 0) Assert.False(report.Holds);
            else Assert.All(ofTheLoad, key => Assert.True(report.Check(key).Passed, $"{report.Check(key)} of {request} with {calibration.Costs}"));
        }
    }

    [Fact]
    public void The_network_at_peak_bounds_a_plan_that_nobody_asked_a_number_of()
    {
        var report = Plans.Of(new PlanRequest { Cores = 4, MemoryBytes = 8L << 30, Descriptors = 1_048_576 });

        Assert.Equal("network_target", report.Basis.Decisive.Key);
        Assert.InRange(report.Basis.Target.Clients, report.Limit("network_target") - 10, report.Limit("network_target"));
        Assert.True(report.Holds, string.Join("; ", report.Checks.Where(check => !check.Passed).Select(check => check.Rule).Concat(report.Contradictions)));
    }

    [Fact]
    public void A_maximum_that_was_given_is_planned_for_to_the_last_client() =>
        Assert.Equal(64, Plans.Of(new PlanRequest { Profile = WsFanout.Planning.Profiles.AllProfiles.Demo }).Basis.Target.Clients);

    [Fact]
    public void The_queue_at_70_percent_is_the_textbooks()
    {
        var queue = Plans.Of(Plans.TenThousand).Queues[^1];

        Assert.Equal(0.7, queue.Utilisation, 12);
        Assert.Equal(0.7 / 0.3, queue.MessagesThere!.Value, 12);
        Assert.Equal(0.49 / 0.3, queue.MessagesWaiting!.Value, 12);
        Assert.Equal(queue.ServiceSeconds * 0.7 / 0.3, queue.WaitSeconds!.Value, 12);
        Assert.Equal(queue.ServiceSeconds / 0.3, queue.ThroughSeconds!.Value, 12);
    }

    [Fact]
    public void Every_row_of_the_queues_keeps_to_Littles_law_whatever_things_cost()
    {
        var random = new Random(20261130);
        for (var i = 0; i < 300; i++)
        {
            var (calibration, request) = (TestCalibration.Any(random), new PlanRequest { Clients = random.Next(1, 50_000), ClientRate = 0.1 + (random.NextDouble() * 5), MessagesPerSecond = 5 + (random.NextDouble() * 100), TargetUtilisation = random.Next(1, 100) });
            var report = Plans.With(calibration, request);

            foreach (var queue in report.Queues)
            {
                var load = report.Loads.FirstOrDefault(use => use.Load.Name == queue.Name)?.Load ?? report.Basis.Target;
                var arriving = load.MessagesPerSecond;
                var why = $"{queue} with {calibration.Costs} and {request}";
                if (double.IsFinite(queue.ServiceSeconds)) Near(arriving * queue.ServiceSeconds, queue.Utilisation, why);
                if (queue.MessagesThere is not { } there) continue;

                Near(arriving * queue.ThroughSeconds!.Value, there, why);
                Near(arriving * queue.WaitSeconds!.Value, queue.MessagesWaiting!.Value, why);
                Near(queue.WaitSeconds.Value + queue.ServiceSeconds, queue.ThroughSeconds.Value, why);
            }
        }

        static void Near(double expected, double actual, string why) => Assert.True(Math.Abs(expected - actual) <= 1e-9 * Math.Abs(expected), $"{expected} and {actual}: {why}");
    }

    [Fact]
    public void What_idle_work_and_idle_clients_take_is_no_part_of_the_server_that_serves_messages()
    {
        var costs = TestCalibration.Round.Costs with { IdleCores = 0.3, SecondsPerIdleClientSecond = 20e-6, SecondsPerMessage = 1e-3 };
        var report = Plans.With(TestCalibration.Round with { Costs = costs }, new PlanRequest { Clients = 8_000 });
        var queue = report.Queues.Single(one => one.Name == "target");

        // (1 ms + 8,000 × 2 / 12 × 15 µs) / (1.8 − 0.3 − 8,000 × 20 µs).
        Assert.Equal((1e-3 + (16_000 / 12.0 * 15e-6)) / 1.34, queue.ServiceSeconds, 12);
        Assert.Equal(12 * queue.ServiceSeconds, queue.Utilisation, 12);
        Assert.Equal(0.7, report.Queues[^1].Utilisation, 12);
    }

    [Fact]
    public void Idle_work_that_leaves_nothing_is_a_queue_without_end()
    {
        var costs = TestCalibration.Round.Costs with { SecondsPerIdleClientSecond = 1e-3 };
        var queue = Plans.With(TestCalibration.Round with { Costs = costs }, Plans.TenThousand).Queues.Single(one => one.Name == "target");

        Assert.Equal((double.PositiveInfinity, null), (queue.ServiceSeconds, queue.ThroughSeconds));
    }

    [Fact]
    public void Clients_chosen_for_a_utilisation_do_not_fail_it_by_a_rounding_error()
    {
        var report = Plans.Of(new PlanRequest { ClientRate = 5, TargetUtilisation = 50, Descriptors = 100_000, BandwidthBytesPerSecond = 1.25e9, MessagesPerSecond = 20 });

        Assert.True(report.Check("cpu_target").Passed);
        Assert.Equal("normal", report.Use("target").Outcome);
        Assert.DoesNotContain(report.Warnings, sentence => sentence.StartsWith("target load", StringComparison.Ordinal));
    }

    [Fact]
    public void Littles_law_counts_what_is_under_way()
    {
        var queue = Plans.Of(Plans.TenThousand with { PublishTime = TimeSpan.FromMilliseconds(200) }).Queues.Single(one => one.Name == "target");

        Assert.Equal(12 * 0.2, queue.PublishesInFlight, 9);
        Assert.Equal(20_000 * queue.ThroughSeconds!.Value, queue.DeliveriesUnderWay!.Value, 9);
    }

    [Fact]
    public void Beyond_all_there_is_a_queue_has_no_end()
    {
        var queue = Plans.Of(Plans.TenThousand with { ClientRate = 12 }).Queues.Single(one => one.Name == "peak");

        Assert.True(queue.Utilisation > 1);
        Assert.Null(queue.WaitSeconds);
    }

    [Fact]
    public void The_three_triggers_are_worked_out_for_this_machine()
    {
        var scale = Plans.With(CalibrationFile.OfThePlan, Plans.TenThousand with { Crowd = 30_000 }).ScaleOut;

        // 60 % of 1.8 cores; 80 % of 10,000; 75 % of 1.8 cores; each at 0.0002 cores a client.
        Assert.Equal((5_400, 8_000, 6_750L), (scale.CpuClients, scale.ConnectionClients, scale.RejectClients));
        Assert.Equal(5_400, scale.PerInstance);
        Assert.Equal([(5L, 6_000L, false), (6L, 5_000L, true), (7L, 4_286L, false)], scale.Crowds.Select(row => (row.Instances, row.ClientsEach, row.IsEnough)));
        Assert.Equal((6 * 5_400, 6 * 12.23), (scale.Crowds[1].NextAt, scale.Crowds[1].CostPerMonth));
    }

    [Fact]
    public void What_an_instance_costs_is_shared_by_clients_and_deliveries()
    {
        var prices = Plans.Of(Plans.TenThousand with { InstanceCost = 20 }).Prices;

        Assert.Equal(2, prices.PerThousandClients, 9);
        Assert.Equal(20 / (20_000 * 2.628), prices.PerMillionDeliveries, 9);
    }

    [Fact]
    public void A_machine_that_is_described_takes_the_place_of_this_one()
    {
        var whole = Plans.Of(new PlanRequest { Cores = 8, MemoryBytes = 16L << 30, Descriptors = 5_000 });
        var quota = Plans.Of(new PlanRequest { Cores = 0.5, Clients = 100 });

        Assert.Equal((7.2, (16L << 30) - (256L << 20), 4_744), (whole.Basis.Governor.CpuLimitCores, whole.Basis.Governor.MemoryLimitBytes, whole.Limit("descriptors")));
        Assert.Equal((0.5, 1), (quota.Basis.Governor.CpuLimitCores, quota.Basis.Settings.Fanout.WorkerThreads));
    }
}
