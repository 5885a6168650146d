using WsFanout.Governor.Meters;
using WsFanout.Hosting.Settings;

namespace WsFanout.Tests.Hosting.Settings;

public sealed class DerivedValuesTests
{
    [Fact]
    public void Nothing_given_leaves_the_plans_reserve_to_the_system_and_derives_the_rest()
    {
        var settings = Reading.Sound(Reading.Of());

        Assert.Equal(1.8, settings.Governor.CpuLimitCores, 9);
        Assert.Equal(1792L << 20, settings.Governor.MemoryLimitBytes);
        // CPU 1.8 × 0.75 / 30 µs = 45,000; memory (1792 × 0.85 − 128) MB / 48 KB = 29,764; descriptors 1,048,320.
        Assert.Equal(29_760, settings.Governor.MaxConnections);
        Assert.Equal((2, 29_760 / 40 * 100), (settings.Fanout.WorkerThreads, settings.Fanout.RingMessages));
        Assert.Equal(((2 * 29_760) + 2 + 20) * 6 / 5, settings.Governor.MaxTasks - 1);
    }

    [Fact]
    public void A_containers_limits_come_first()
    {
        var machine = Reading.E2Small with { Cores = 8, Container = new ContainerLimits(0.5, "/cpu.max", 512L << 20, "/memory.max") };

        var result = Reading.On(machine);

        var settings = Reading.Sound(result);
        Assert.Equal((0.5, 512L << 20, 1), (settings.Governor.CpuLimitCores, settings.Governor.MemoryLimitBytes, settings.Fanout.WorkerThreads));
        Assert.Contains("/cpu.max", Reading.Effective(result, "WS_CPU_LIMIT").Formula, StringComparison.Ordinal);
        Assert.Contains("/memory.max", Reading.Effective(result, "WS_MEMORY_LIMIT").Formula, StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_limit_beyond_the_machine_is_no_limit()
    {
        var machine = Reading.E2Small with { Container = new ContainerLimits(16, "/cpu.max", 64L << 30, "/memory.max") };

        var settings = Reading.Sound(Reading.On(machine));

        Assert.Equal((2.0, 1792L << 20), (settings.Governor.CpuLimitCores, settings.Governor.MemoryLimitBytes));
    }

    [Fact]
    public void Few_descriptors_bound_the_derived_connections()
    {
        var result = Reading.On(Reading.E2Small with { DescriptorLimit = 1024 });

        Assert.Equal(760, Reading.Sound(result).Governor.MaxConnections);
        Assert.Contains("descriptors 768 (limit − 256)", Reading.Effective(result, "WS_MAX_CONNECTIONS").Formula, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(556, 348)]
    [InlineData(1024, 816)]
    [InlineData(65_536, 1324)]
    [InlineData(long.MaxValue, 1324)]
    public void Connections_of_all_kinds_fit_the_descriptors_and_leave_the_process_its_own(long descriptors, int open)
    {
        var settings = Reading.Sound(Reading.On(Reading.E2Small with { DescriptorLimit = descriptors }, ("WS_MAX_CONNECTIONS", "300")));

        Assert.Equal(open, settings.Governor.MaxOpenConnections);
    }

    [Theory]
    [InlineData(556, 324, 24)]
    [InlineData(1024, 558, 258)]
    [InlineData(65_536, 1324, 1024)]
    [InlineData(long.MaxValue, 1324, 1024)]
    public void Publishers_with_an_address_of_their_own_have_a_place_for_each_message_that_may_wait_and_at_most_half_of_what_clients_leave(long descriptors, int open, int publishers)
    {
        var settings = Reading.Sound(Reading.On(Reading.E2Small with { DescriptorLimit = descriptors }, ("WS_MAX_CONNECTIONS", "300"), ("WS_PUBLISH_ADDR", ":3003")));

        Assert.Equal((open, publishers), (settings.Governor.MaxOpenConnections, settings.Governor.MaxPublishConnections));
    }

    [Theory]
    [InlineData("16KB", "64KB", "256KB")]
    [InlineData("1MB", "4MB", "16MB")]
    public void The_windows_of_http2_are_worked_out_from_its_largest_frame(string frame, string stream, string connection)
    {
        var result = Reading.Of(("WS_HTTP2_MAX_FRAME_SIZE", frame));

        Reading.Sound(result);
        Assert.Equal((stream, $"4 × WS_HTTP2_MAX_FRAME_SIZE {frame}"), (Reading.Effective(result, "WS_HTTP2_STREAM_WINDOW").Value, Reading.Effective(result, "WS_HTTP2_STREAM_WINDOW").Formula));
        Assert.Equal((connection, $"16 × WS_HTTP2_MAX_FRAME_SIZE {frame}"), (Reading.Effective(result, "WS_HTTP2_CONNECTION_WINDOW").Value, Reading.Effective(result, "WS_HTTP2_CONNECTION_WINDOW").Formula));
    }

    [Theory]
    [InlineData(262, "64MB")]
    [InlineData(1_048_576, "100MB")]
    public void No_room_for_a_single_client_is_an_error(long descriptors, string memory)
    {
        var result = Reading.On(Reading.E2Small with { DescriptorLimit = descriptors }, ("WS_MEMORY_LIMIT", memory));

        Assert.Contains("WS_MAX_CONNECTIONS: automatic leaves no room", Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_too_small_for_the_reserve_is_an_error_that_shows_the_sum()
    {
        var result = Reading.On(Reading.E2Small with { PhysicalMemoryBytes = 256L << 20 });

        Assert.Contains("256MB physical − 256MB", Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void The_queue_and_the_task_cap_follow_from_the_connections_and_workers_as_given()
    {
        var settings = Reading.Sound(Reading.Of(("WS_MAX_CONNECTIONS", "10000"), ("WS_WORKER_POOL_SIZE", "256")));

        Assert.Equal((25_000, 24_332), (settings.Fanout.RingMessages, settings.Governor.MaxTasks));
    }

    [Fact]
    public void Few_connections_still_get_the_queue_of_32_workers() =>
        Assert.Equal(3200, Reading.Sound(Reading.Of(("WS_MAX_CONNECTIONS", "10"))).Fanout.RingMessages);

    [Fact]
    public void Each_value_says_whether_it_was_given_derived_or_default()
    {
        var result = Reading.Of(("WS_MAX_CONNECTIONS", "500"), ("WS_WORKER_QUEUE_SIZE", "0"));

        Assert.Equal(SettingOrigin.Given, Reading.Effective(result, "WS_MAX_CONNECTIONS").Origin);
        Assert.Equal(("3200", SettingOrigin.Derived, "max(32, 500 connections / 40) × 100"), Parts(Reading.Effective(result, "WS_WORKER_QUEUE_SIZE")));
        Assert.Equal(("32MB", SettingOrigin.Default, null), Parts(Reading.Effective(result, "WS_WORKER_QUEUE_BYTES")));
    }

    [Fact]
    public void A_resume_value_that_is_not_given_lies_five_below_its_threshold()
    {
        var settings = Reading.Sound(Reading.Of(("WS_CPU_REJECT_THRESHOLD", "60.5"), ("WS_CPU_PAUSE_THRESHOLD", "100")));

        Assert.Equal((55.5, 95), (settings.Governor.CpuRejectResumePercent, settings.Governor.CpuPauseResumePercent));
    }

    [Fact]
    public void The_instance_is_named_by_the_host_and_a_random_suffix_in_legal_characters()
    {
        Assert.Equal("web-1-example-abc123", Reading.Sound(Reading.Of()).Stream.InstanceId);
        Assert.Equal("blue_7", Reading.Sound(Reading.Of(("WS_INSTANCE_ID", "blue_7"))).Stream.InstanceId);
    }

    [Fact]
    public void The_kernels_cut_of_the_backlog_is_in_force_and_said()
    {
        var result = Reading.On(Reading.E2Small with { LongestBacklog = 128 });

        Assert.Equal(128, Reading.Sound(result).Host.ListenBacklog);
        Assert.Contains("The listen backlog is 128, not the 4096 of WS_LISTEN_BACKLOG: net.core.somaxconn cuts it.", result.Remarks);
    }

    [Fact]
    public void A_publish_rate_without_a_burst_allows_one_second_of_it()
    {
        Assert.Equal(3, Reading.Sound(Reading.Of(("WS_PUBLISH_RATE", "2.5"))).Publish.Burst);
        Assert.Equal(9, Reading.Sound(Reading.Of(("WS_PUBLISH_RATE", "2.5/s"), ("WS_PUBLISH_BURST", "9"))).Publish.Burst);
        Assert.Equal((0.0, 0), (Reading.Sound(Reading.Of()).Publish.RatePerSecond, Reading.Sound(Reading.Of()).Publish.Burst));
    }

    [Theory]
    [InlineData("2", "2500", "2 cores × 25 % / 200 µs a handshake, by the test's calibration", 2500)]
    [InlineData("0.1", "125", "0.1 cores × 25 % / 200 µs a handshake, by the test's calibration", 125)]
    [InlineData("0.01", "12", "0.01 cores × 25 % / 200 µs a handshake, by the test's calibration", 12)]
    public void The_rate_of_new_clients_is_what_a_quarter_of_the_CPU_affords_and_its_burst_a_second_of_that(string cores, string rate, string formula, int burst)
    {
        var result = Reading.Of(("WS_CPU_LIMIT", cores), ("WS_MAX_CONNECTIONS", "100"));

        Assert.Equal((rate, SettingOrigin.Derived, formula), Parts(Reading.Effective(result, "WS_CONNECT_RATE")));
        Assert.Equal(($"{burst}", SettingOrigin.Derived, "one second of WS_CONNECT_RATE, at least 10"), Parts(Reading.Effective(result, "WS_CONNECT_BURST")));
        Assert.Equal(burst, Reading.Sound(result).Entry.Burst);
        Assert.Equal(burst, Reading.Sound(result).Entry.PerSecond);
    }

    [Fact]
    public void Rates_of_new_clients_that_are_given_are_kept_and_only_a_missing_burst_is_worked_out()
    {
        var entry = Reading.Sound(Reading.Of(
            ("WS_CONNECT_RATE", "50"), ("WS_CONNECT_BURST", "7"), ("WS_CONNECT_RATE_PER_IP", "0.5"), ("WS_TRUSTED_PROXIES", "10.0.0.0/8,::1"))).Entry;

        Assert.Equal((50, 7), (entry.PerSecond, entry.Burst));
        Assert.Equal((0.5, 10), (entry.PerSecondOfAddress, entry.BurstOfAddress));
        Assert.Equal(["10.0.0.0/8", "::1/128"], entry.TrustedProxies.Select(network => network.ToString()));
    }

    [Fact]
    public void Unlimited_new_clients_have_no_burst_and_are_spread_by_what_the_CPU_affords()
    {
        var result = Reading.Of(("WS_CONNECT_RATE", "unlimited"), ("WS_CPU_LIMIT", "1"));
        var entry = Reading.Sound(result).Entry;

        Assert.Equal((double.PositiveInfinity, 0.0), (entry.PerSecond, entry.PerSecondOfAddress));
        Assert.Equal((1250, 625), (entry.AffordablePerSecond, Math.Round(entry.RefusalsPerSecond)));
        Assert.Equal("without effect: WS_CONNECT_RATE is unlimited", Reading.Effective(result, "WS_CONNECT_BURST").Formula);
    }

    [Fact]
    public void Units_of_concurrency_bound_the_clients_that_fit_in_them()
    {
        var entry = Reading.Sound(Reading.Of(("WS_MAX_CONNECTIONS", "100"), ("WS_MAX_GOROUTINES", "300"), ("WS_WORKER_POOL_SIZE", "2"))).Entry;

        Assert.Equal((300 - 20 - 2) / 2, entry.MostClientsByTasks);
    }

    [Fact]
    public void Limits_above_the_machine_are_noted_and_kept()
    {
        var result = Reading.Of(("WS_CPU_LIMIT", "8"), ("WS_MEMORY_LIMIT", "64GB"));

        Assert.Equal((8, 2), (Reading.Sound(result).Governor.CpuLimitCores, Reading.Sound(result).Fanout.WorkerThreads));
        Assert.Equal(2, result.Notes.Count);
    }

    [Theory]
    [InlineData("100", "64MB", 1)]
    [InlineData("20000", "1GB", 1)]
    [InlineData("10000", "1GB", 0)]
    public void More_clients_than_the_memory_holds_are_noted(string clients, string memory, int notes)
    {
        var result = Reading.Of(("WS_MAX_CONNECTIONS", clients), ("WS_MEMORY_LIMIT", memory));

        Reading.Sound(result);
        Assert.Equal(notes, result.Notes.Count(note => note.Contains("128MB + 48KB each", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_quota_below_the_given_cores_is_noted_as_what_100_percent_is()
    {
        var machine = Reading.E2Small;
        var result = Reading.On(machine with { Container = machine.Container with { CpuCores = 1.5, CpuSource = "/cpu.max" } }, ("WS_CPU_LIMIT", "1.8"));

        Assert.Contains(result.Notes, note => note.Contains("/cpu.max grants 1.5 cores", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("64MB", null, 32 << 20)]
    [InlineData("16MB", null, 8 << 20)]
    [InlineData("16MB", "12MB", 12 << 20)]
    public void What_may_wait_in_a_burst_is_no_more_than_half_the_history_unless_given_and_each_worker_has_its_part(string history, string? burst, long expected)
    {
        var settings = Reading.Sound(burst is null ? Reading.Of(("WS_REPLAY_MAX_BYTES", history)) : Reading.Of(("WS_REPLAY_MAX_BYTES", history), ("WS_SEND_BURST_BYTES", burst)));

        Assert.Equal(expected / settings.Fanout.WorkerThreads, settings.Clients.SendBurstBytes);
    }

    [Fact]
    public void The_history_leaves_the_most_of_a_small_heap_to_all_the_rest_unless_its_bound_is_given()
    {
        var small = Reading.Of(("WS_MEMORY_LIMIT", "128MB"), ("WS_MAX_CONNECTIONS", "50"));
        var given = Reading.Of(("WS_MEMORY_LIMIT", "128MB"), ("WS_MAX_CONNECTIONS", "50"), ("WS_REPLAY_MAX_BYTES", "40MB"));
        var large = Reading.Of(("WS_MEMORY_LIMIT", "2GB"));

        Assert.Equal(((128L << 20) * 15 / 100) >> 10 << 10, Reading.Sound(small).History.MaxBytes);
        Assert.Equal(40L << 20, Reading.Sound(given).History.MaxBytes);
        Assert.Contains(given.Notes, note => note.StartsWith("WS_REPLAY_MAX_BYTES=\"40MB\"", StringComparison.Ordinal));
        Assert.Equal(64L << 20, Reading.Sound(large).History.MaxBytes);
        Assert.DoesNotContain(large.Notes, note => note.Contains("WS_REPLAY_MAX_BYTES", StringComparison.Ordinal));
    }

    [Fact]
    public void The_facts_of_this_machine_can_be_read()
    {
        var machine = MachineFacts.Read();

        Assert.True(machine.Cores > 0 && machine.PhysicalMemoryBytes > 64 << 20 && machine.DescriptorLimit > 0, $"read {machine}");
    }

    private static (string, SettingOrigin, string?) Parts(EffectiveSetting setting) => (setting.Value, setting.Origin, setting.Formula);
}
