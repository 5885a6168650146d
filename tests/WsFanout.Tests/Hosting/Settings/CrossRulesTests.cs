using WsFanout.Governor.Meters;

namespace WsFanout.Tests.Hosting.Settings;

public sealed class CrossRulesTests
{
    [Theory]
    [InlineData("WS_CPU_REJECT_THRESHOLD=85", "WS_CPU_REJECT_THRESHOLD=\"85\": must not be above WS_CPU_PAUSE_THRESHOLD (80)")]
    [InlineData("WS_CPU_PAUSE_THRESHOLD=70", "WS_CPU_REJECT_THRESHOLD (75): must not be above WS_CPU_PAUSE_THRESHOLD=\"70\"")]
    [InlineData("WS_CPU_REJECT_RESUME=76", "WS_CPU_REJECT_RESUME=\"76\": must not be above WS_CPU_REJECT_THRESHOLD (75)")]
    [InlineData("WS_CPU_PAUSE_RESUME=81", "WS_CPU_PAUSE_RESUME=\"81\": must not be above WS_CPU_PAUSE_THRESHOLD (80)")]
    [InlineData("WS_MEMORY_REJECT_PERCENT=96", "WS_MEMORY_REJECT_PERCENT=\"96\": must not be above WS_MEMORY_SHED_PERCENT (95)")]
    [InlineData("WS_MEMORY_SHED_PERCENT=98", "WS_MEMORY_SHED_PERCENT=\"98\": must not be above WS_MEMORY_PAUSE_PERCENT (97)")]
    [InlineData("JS_HEARTBEAT=6s", "JS_HEARTBEAT=\"6s\": must be at most half of JS_PULL_EXPIRES (10s), or the broker refuses every request")]
    [InlineData("JS_SUBJECTS=trades.>", "WS_SUBJECT_PREFIX (odin.token.): no subject of JS_SUBJECTS=\"trades.>\" starts with it, so nothing would be served")]
    [InlineData("WS_SUBJECT_PREFIX=odin.token.x.y", "WS_SUBJECT_PREFIX=\"odin.token.x.y\": the dot at the end is missing; must be tokens without wildcards, each followed by a dot, like odin.token., or empty (default odin.token.)")]
    [InlineData("NATS_USER=bob", "NATS_USER: NATS_PASSWORD is missing; the two belong together")]
    [InlineData("NATS_PASSWORD=x", "NATS_PASSWORD: NATS_USER is missing; the two belong together")]
    [InlineData("NATS_USER=bob NATS_PASSWORD=x NATS_TOKEN=y", "NATS_TOKEN: NATS_USER is given too; give one of the two")]
    [InlineData("WS_PUBLISH_ADDR=:3002", "WS_PUBLISH_ADDR=\":3002\": is the address of WS_ADDR too")]
    [InlineData("WS_ADMIN_ADDR=:3002", "WS_ADMIN_ADDR=\":3002\": is the address of WS_ADDR too")]
    [InlineData("WS_ADMIN_ADDR=127.0.0.1:3002", "WS_ADMIN_ADDR=\"127.0.0.1:3002\": is the address of WS_ADDR too")]
    [InlineData("WS_ADDR=[::1]:3002 WS_ADMIN_ADDR=:3002", "WS_ADMIN_ADDR=\":3002\": is the address of WS_ADDR too")]
    [InlineData("WS_ALLOWED_ORIGINS=*,https://a.example", "WS_ALLOWED_ORIGINS=\"*,https://a.example\": * lets in any, so the others beside it mean nothing; give one or the other")]
    [InlineData("WS_MAX_CONNECTIONS=10000 WS_WORKER_POOL_SIZE=256 WS_MAX_GOROUTINES=20275", "WS_MAX_GOROUTINES=\"20275\": must be at least 2 × 10000 connections + 256 workers + 20 = 20276, or it would bind before WS_MAX_CONNECTIONS (default 0)")]
    public void A_broken_rule_names_both_sides(string variables, string expected)
    {
        var result = Reading.Of(Variables(variables));

        Assert.Equal(expected, Assert.Single(result.Errors));
    }

    [Theory]
    [InlineData("WS_CPU_REJECT_THRESHOLD=80 WS_CPU_PAUSE_THRESHOLD=80")]
    [InlineData("WS_CPU_REJECT_THRESHOLD=100 WS_CPU_PAUSE_THRESHOLD=100")]
    [InlineData("WS_CPU_REJECT_RESUME=75 WS_CPU_PAUSE_RESUME=80")]
    [InlineData("WS_CPU_REJECT_THRESHOLD=3")]
    [InlineData("JS_HEARTBEAT=5s JS_PULL_EXPIRES=10s")]
    [InlineData("JS_SUBJECTS=trades.>,odin.*.>")]
    [InlineData("JS_SUBJECTS=trades.*.eu WS_SUBJECT_PREFIX=trades.")]
    [InlineData("WS_SUBJECT_PREFIX= JS_SUBJECTS=trades")]
    [InlineData("WS_MAX_CONNECTIONS=10000 WS_WORKER_POOL_SIZE=256 WS_MAX_GOROUTINES=20276")]
    [InlineData("NATS_USER=bob NATS_PASSWORD=x NATS_URL=nats://tok@h1,nats://h2:4223")]
    [InlineData("WS_ADDR=127.0.0.1:0")]
    [InlineData("WS_ADDR=[::1]:3002")]
    [InlineData("WS_ADMIN_ADDR=")]
    [InlineData("WS_ADMIN_ADDR=:3003")]
    [InlineData("WS_ADDR=127.0.0.1:3002 WS_ADMIN_ADDR=127.0.0.2:3002")]
    [InlineData("WS_ADDR=:0 WS_ADMIN_ADDR=:0")]
    [InlineData("WS_ALLOWED_ORIGINS=")]
    [InlineData("WS_ALLOWED_ORIGINS=*")]
    public void What_lies_on_the_border_is_accepted(string variables) => Reading.Sound(Reading.Of(Variables(variables)));

    [Theory]
    [InlineData("JS_SUBJECTS=odin.token")]
    [InlineData("JS_SUBJECTS=odin")]
    [InlineData("JS_SUBJECTS=*.tok")]
    public void A_subject_without_a_token_behind_the_prefix_serves_nothing(string variables) =>
        Assert.Contains("nothing would be served", Assert.Single(Reading.Of(Variables(variables)).Errors), StringComparison.Ordinal);

    [Fact]
    public void Connections_must_fit_the_descriptors_less_the_reserve()
    {
        var machine = Reading.E2Small with { DescriptorLimit = 1255 };

        var result = Reading.On(machine, ("WS_MAX_CONNECTIONS", "1000"));

        Assert.StartsWith("WS_MAX_CONNECTIONS=\"1000\": needs 1256 descriptors, 256 of them in reserve, but the limit is 1255; raise it", Assert.Single(result.Errors), StringComparison.Ordinal);
        Reading.Sound(Reading.On(machine with { DescriptorLimit = 1256 }, ("WS_MAX_CONNECTIONS", "1000")));
    }

    [Fact]
    public void A_rule_with_a_faulty_side_is_not_reported_on_top()
    {
        var result = Reading.Of(("WS_CPU_PAUSE_THRESHOLD", "x"), ("WS_CPU_REJECT_THRESHOLD", "95"), ("WS_MAX_CONNECTIONS", "y"), ("WS_MAX_GOROUTINES", "21"));

        Assert.Equal(2, result.Errors.Count);
    }

    [Fact]
    public void A_memory_limit_of_the_container_below_the_least_is_reported_once()
    {
        var result = Reading.On(Reading.E2Small with { Container = new ContainerLimits(null, null, 32L << 20, "/memory.max") });

        Assert.Equal("WS_MEMORY_LIMIT: automatic comes to 32MB (limit of 32MB in /memory.max), at least 64MB are needed", Assert.Single(result.Errors));
    }

    private static (string, string)[] Variables(string text) =>
        [.. text.Split(' ').Select(pair => pair.Split('=', 2)).Select(pair => (pair[0], pair[1]))];

    [Theory]
    [InlineData("16s", "30s", true)]
    [InlineData("15s", "30s", false)]
    [InlineData("0", "30s", false)]
    [InlineData("10m", "0", false)]
    public void A_pause_budget_that_the_stream_does_not_keep_twice_is_noted(string budget, string age, bool isNoted) =>
        Assert.Equal(isNoted, Reading.Of(("JS_PAUSE_BUDGET", budget), ("JS_STREAM_MAX_AGE", age)).Notes.Any(note => note.StartsWith("JS_PAUSE_BUDGET=", StringComparison.Ordinal)));

    [Theory]
    [InlineData("WS_TEST_ECHO", "true")]
    [InlineData("WS_TEST_PAUSE", "true")]
    [InlineData("WS_TEST_DROP_ONE_IN", "10000")]
    public void A_switch_of_tests_is_said_loudly(string name, string value) =>
        Assert.Contains(Reading.Of((name, value)).Remarks, remark => remark.StartsWith($"TEST SWITCH: {name}", StringComparison.Ordinal));
}
