using WsFanout.Planning.Calibration;
using WsFanout.Planning.Plan;
using WsFanout.Tests.Hosting.Settings;

namespace WsFanout.Tests.Planning.Checks;

/// <summary>Each check with a configuration that passes it and one that does not, both sides worked out.</summary>
public sealed class CheckTests
{
    private static readonly PlanRequest Busy = Plans.TenThousand with { MessagesPerSecond = 5_000 };

    [Fact]
    public void The_guides_five_and_its_minimum_configuration_are_there_in_its_words()
    {
        var theirs = Plans.Of(Plans.TenThousand).Checks.Select(check => check.Theirs).OfType<string>();

        Assert.Equal(
            [
                "arena_pool_size >= peak_rps × p99_latency", "arena_pool_size >= max_concurrent_streams × 3", "arena_pool_size × arena_size < available_ram × 0.7",
                "tcp_buffer_pool_size >= max_connections", "pending_stream_pool_size >= arena_pool_size × 0.1",
                "tcp_buffer_pool_size >= max_connections × 2 (minimum configuration)", "queue_capacity >= max_connections × 2 (minimum configuration)",
            ],
            theirs);
    }

    [Fact]
    public void A_rule_that_the_plan_does_not_have_is_marked_as_ours()
    {
        var ours = Plans.Of(Plans.TenThousand).Checks.Where(check => check.Source == "ours").Select(check => check.Key);

        Assert.Equal(["network_target", "network_peak", "send_queue", "replay_age", "history"], ours);
    }

    [Fact]
    public void The_plans_block_with_our_costs_passes_every_check()
    {
        var request = new PlanRequest { ClientRate = 2, Settings = Block() };

        Assert.All(Plans.Of(request).Checks, check => Assert.True(check.Passed, $"{check.Rule}: {check.Left} {check.Relation} {check.Right}"));
    }

    [Theory]
    [InlineData("guide_little", "WS_PUBLISH_MAX_PENDING", "1000", 1000, 1000, true)]
    [InlineData("guide_little", "WS_PUBLISH_MAX_PENDING", "999", 999, 1000, false)]
    [InlineData("guide_queue", "WS_PUBLISH_MAX_PENDING", "1100", 100, 100, true)]
    [InlineData("guide_queue", "WS_PUBLISH_MAX_PENDING", "1099", 99, 100, false)]
    [InlineData("guide_streams", "WS_PUBLISH_MAX_PENDING", "2", 2, 3, false)]
    [InlineData("guide_memory", "WS_REPLAY_MAX_BYTES", "1GB", 1024 + 32 + 64, 1792 * 0.6 * 0.7, false)]
    [InlineData("guide_minimum_queue", "JS_PULL_BATCH", "256", 25_000, 512, true)]
    [InlineData("guide_minimum_queue", "WS_WORKER_QUEUE_SIZE", "511", 511, 512, false)]
    [InlineData("guide_minimum_buffers", "WS_MEMORY_LIMIT", "512MB", 512, 128 + (10_000 * 48 / 1024.0), false)]
    [InlineData("tasks", "WS_MAX_GOROUTINES", "24027", 24_027, 24_027, true)]
    [InlineData("tasks", "WS_MAX_GOROUTINES", "24026", 24_026, 24_027, false)]
    [InlineData("queue", "WS_WORKER_QUEUE_SIZE", "24999", 24_999, 25_000, false)]
    [InlineData("threshold_gap", "WS_CPU_REJECT_THRESHOLD", "75", 80, 80, true)]
    [InlineData("threshold_gap", "WS_CPU_REJECT_THRESHOLD", "80", 80, 85, false)]
    [InlineData("send_queue", "WS_SEND_QUEUE_SIZE", "4", 4, 4, true)]
    [InlineData("send_queue", "WS_SEND_QUEUE_SIZE", "3", 3, 4, false)]
    [InlineData("stream_messages", "JS_STREAM_MAX_MSGS", "299999", 299_999, 300_000, false)]
    [InlineData("stream_bytes", "JS_STREAM_MAX_BYTES", "100MB", 100, 300_000 * 500.0 / (1 << 20), false)]
    [InlineData("replay_age", "WS_REPLAY_MAX_AGE", "31s", 31, 30, false)]
    [InlineData("clients", "WS_MAX_CONNECTIONS", "9999", 10_000, 9_999, false)]
    public void A_setting_passes_at_its_limit_and_not_beyond(string key, string name, string value, double left, double right, bool passes)
    {
        var check = Plans.Of(Busy, (name, value)).Check(key);

        Assert.Equal((Math.Round(left, 6), Math.Round(right, 6), passes), (Math.Round(check.Left, 6), Math.Round(check.Right, 6), check.Passed));
    }

    [Fact]
    public void One_publisher_over_HTTP_2_must_not_take_all_places()
    {
        var few = Plans.Of(Plans.TenThousand, ("WS_PUBLISH_ADDR", ":3003"), ("WS_HTTP2_MAX_STREAMS", "100")).Check("guide_streams");
        var many = Plans.Of(Plans.TenThousand, ("WS_PUBLISH_ADDR", ":3003")).Check("guide_streams");

        Assert.Equal((1024, 300, true), (few.Left, few.Right, few.Passed));
        Assert.Equal((1024, 3000, false), (many.Left, many.Right, many.Passed));
    }

    [Fact]
    public void The_target_load_is_held_against_CPU_memory_and_network()
    {
        var plans = Plans.With(CalibrationFile.OfThePlan, Plans.TenThousand);

        Assert.Equal((111.11, 70, false), (Math.Round(plans.Check("cpu_target").Left, 2), plans.Check("cpu_target").Right, plans.Check("cpu_target").Passed));
        Assert.Equal((75, false), (plans.Check("cpu_reject").Right, plans.Check("cpu_reject").Passed));
        Assert.Equal((55.8, 85, true), (Math.Round(plans.Check("memory_target").Left, 1), plans.Check("memory_target").Right, plans.Check("memory_target").Passed));
        Assert.Equal(plans.Use("peak").NetworkPercent, plans.Check("network_peak").Left, 9);
        Assert.Equal(plans.Use("target").NetworkPercent, plans.Check("network_target").Left, 9);
    }

    [Fact]
    public void The_target_utilisation_can_be_asked_for()
    {
        var report = Plans.Of(Plans.TenThousand with { TargetUtilisation = 10 });

        Assert.Equal((10.0, false), (report.Check("cpu_target").Right, report.Check("cpu_target").Passed));
    }

    [Fact]
    public void A_stream_without_limits_has_nothing_to_check()
    {
        var report = Plans.Of(Plans.TenThousand, ("JS_STREAM_MAX_AGE", "0"));

        Assert.DoesNotContain(report.Checks, check => check.Key is "stream_messages" or "stream_bytes" or "replay_age");
    }

    private static (string Name, string Value)[] Block() =>
    [
        .. CapacityPlan.EnvironmentBlock.Split('\n').Select(line => line.Split('#')[0].Trim()).Where(line => line.StartsWith("- ", StringComparison.Ordinal))
            .Select(line => line[2..].Split('=')).Select(parts => (parts[0], parts[1].Trim())),
    ];
}
