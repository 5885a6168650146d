using System.Globalization;
using System.Text.RegularExpressions;
using WsFanout.Hosting;
using WsFanout.Hosting.Settings;
using WsFanout.Planning.SystemCheck.Machine;
using WsFanout.Tests.Hosting.Settings;

namespace WsFanout.Tests.Deploy;

/// <summary>The unit for a machine without containers gives the server what it needs, no right beyond that, and time to drain.</summary>
public sealed class SystemdUnitTests
{
    private static readonly string Unit = RepositoryFiles.ReadText("deploy/systemd/wsfanout@.service");

    [Fact]
    public void It_stops_by_the_signal_that_drains_and_waits_until_the_drain_is_over()
    {
        Assert.Equal("SIGTERM", Value("KillSignal"));
        Assert.True(TimeSpan.FromSeconds(double.Parse(Value("TimeoutStopSec"), CultureInfo.InvariantCulture)) > new HostOptions().DrainTimeout + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void It_is_started_again_after_a_fault_and_not_with_wrong_settings()
    {
        Assert.Equal("on-failure", Value("Restart"));
        Assert.Equal("0", Value("StartLimitIntervalSec"));
        Assert.Equal($"{SettingsResult.ExitCode}", Value("RestartPreventExitStatus"));
    }

    [Fact]
    public void Its_limits_are_enough_for_ten_thousand_clients()
    {
        var result = Reading.Of(("WS_CPU_LIMIT", "1.8"), ("WS_MEMORY_LIMIT", "1792MB"), ("WS_MAX_CONNECTIONS", "10000"));
        var needs = Needs.Of(Reading.Sound(result), result.Effective);

        Assert.True(long.Parse(Value("LimitNOFILE"), CultureInfo.InvariantCulture) >= needs.Descriptors);
        Assert.True(long.Parse(Value("TasksMax"), CultureInfo.InvariantCulture) >= needs.Threads * 4);
        Assert.Equal("180%", Value("CPUQuota"));
        Assert.Equal("1792M", Value("MemoryMax"));
        Assert.True(1792L << 20 >= needs.ClientMemoryBytes);
        Assert.Equal("0", Value("MemorySwapMax"));
    }

    [Theory]
    [InlineData("DynamicUser", "yes")]
    [InlineData("ProtectSystem", "strict")]
    [InlineData("NoNewPrivileges", "yes")]
    [InlineData("CapabilityBoundingSet", "")]
    [InlineData("AmbientCapabilities", "")]
    [InlineData("SystemCallFilter", "@system-service")]
    public void It_has_no_right_that_it_does_not_need(string setting, string value) => Assert.Equal(value, Value(setting));

    [Theory]
    [InlineData("ReadWritePaths")]
    [InlineData("StateDirectory")]
    [InlineData("MemoryDenyWriteExecute")]
    [InlineData("ProcSubset")]
    public void What_would_let_it_write_or_keep_it_from_running_is_not_there(string setting) => Assert.DoesNotMatch($"(?m)^{setting}=", Unit);

    private static string Value(string setting)
    {
        var match = Regex.Match(Unit, $"(?m)^{setting}=(.*)$");
        Assert.True(match.Success, $"The unit has no {setting}.");
        return match.Groups[1].Value;
    }
}
