using Microsoft.Extensions.Logging;
using WsFanout.Hosting.Settings;

namespace WsFanout.Tests.Hosting.Settings;

public sealed class CapacityPlanTests
{
    [Fact]
    public void The_plans_block_pasted_with_its_comments_starts_without_an_error_or_a_warning()
    {
        var result = Reading.OfFile(CapacityPlan.EnvironmentBlock);

        Reading.Sound(result);
        Assert.Equal([], result.Notes);
    }

    [Fact]
    public void Every_value_of_the_plans_block_arrives()
    {
        var settings = Reading.Sound(Reading.OfFile(CapacityPlan.EnvironmentBlock));

        Assert.Equal((1.8, 1_879_048_192L, 10_000, 25_000), (settings.Governor.CpuLimitCores, settings.Governor.MemoryLimitBytes, settings.Governor.MaxConnections, settings.Governor.MaxTasks));
        Assert.Equal((75, 70, 80, 75), (settings.Governor.CpuRejectPercent, settings.Governor.CpuRejectResumePercent, settings.Governor.CpuPausePercent, settings.Governor.CpuPauseResumePercent));
        Assert.Equal((2, 25_600), (settings.Fanout.WorkerThreads, settings.Fanout.RingMessages));
        Assert.Equal(("ODIN_TOKENS", "ws-server", TimeSpan.FromSeconds(30)), (settings.Stream.StreamName, settings.Stream.ConsumerPrefix, settings.Stream.StreamMaxAge));
        Assert.Equal((100_000, 52_428_800), (settings.Stream.StreamMaxMessages, settings.Stream.StreamMaxBytes));
        Assert.Equal((LogLevel.Information, true), (settings.Host.LogLevel, settings.Host.LogJson));
    }

    [Fact]
    public void The_banner_says_that_two_threads_carry_the_workers_of_the_plan()
    {
        var lines = Banner.Lines(Reading.OfFile(CapacityPlan.EnvironmentBlock), "1.2.3").ToList();

        Assert.Equal("WsFanout 1.2.3", lines[0]);
        Assert.Contains("2 threads carry the 256 workers asked for.", lines);
        Assert.Contains("WS_WORKER_POOL_SIZE=256 (given: carried by 2 threads, one per usable core)", lines);
        Assert.DoesNotContain(lines, line => line.Contains("not active", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("5000", "128", "12800", "12500", "70.0")]
    [InlineData("15000", "512", "51200", "37500", "80.0")]
    public void The_plans_alternative_blocks_are_accepted_too(string connections, string workers, string queue, string tasks, string reject)
    {
        var result = Reading.OfFile(CapacityPlan.EnvironmentBlock,
            ("WS_MAX_CONNECTIONS", connections), ("WS_WORKER_POOL_SIZE", workers), ("WS_WORKER_QUEUE_SIZE", queue),
            ("WS_MAX_GOROUTINES", tasks), ("WS_CPU_REJECT_THRESHOLD", reject));

        Reading.Sound(result);
    }
}
