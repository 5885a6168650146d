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
