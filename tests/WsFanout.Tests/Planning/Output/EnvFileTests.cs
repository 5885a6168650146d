using WsFanout.Hosting.Settings;
using WsFanout.Planning.Output;
using WsFanout.Planning.Plan;
using WsFanout.Planning.Profiles;
using WsFanout.Tests.Hosting.Settings;

namespace WsFanout.Tests.Planning.Output;

public sealed class EnvFileTests
{
    public static TheoryData<string> Profiles => ["", .. AllProfiles.InOrder.Select(profile => profile.Name)];

    [Theory]
    [MemberData(nameof(Profiles))]
    public void The_server_reads_it_back_to_the_same_values(string profile)
    {
        var report = Plans.Of(new PlanRequest { Profile = AllProfiles.Find(profile) }, ("WS_MEMORY_LIMIT", "300MB"), ("WS_CPU_LIMIT", "0.333"), ("WS_ALLOWED_ORIGINS", "https://a.example,https://b.example"), ("WS_PUBLISH_RATE", "2.5"));

        var back = Reading.OfFile(EnvFile.Write(report, "1.2.3"));

        Reading.Sound(back);
        Assert.Equal(Values(report.Basis.Given.Result), Values(back));
    }

    [Fact]
    public void What_is_derived_is_pinned_so_that_another_machine_comes_to_the_same()
    {
        var report = Plans.Of(new PlanRequest { Cores = 1, MemoryBytes = 700L << 20 });

        var back = Reading.OfFile(EnvFile.Write(report, "1.2.3"));

        Assert.Equal(Values(report.Basis.Given.Result), Values(back));
        Assert.Equal((0.9, 444L << 20), (Reading.Sound(back).Governor.CpuLimitCores, Reading.Sound(back).Governor.MemoryLimitBytes));
    }

    [Fact]
    public void Secrets_stay_out_and_the_file_says_so()
    {
        var text = EnvFile.Write(Plans.Of(Plans.TenThousand, ("WS_PUBLISH_TOKEN", "hunter2"), ("NATS_URL", "nats://me:hunter2@broker:4222")), "1.2.3");

        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.Contains("# WS_PUBLISH_TOKEN is given and holds a secret", text, StringComparison.Ordinal);
        Assert.Contains("# NATS_URL is given and holds a secret", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_by_file_stays_by_file()
    {
        using var secret = new TemporaryFile("hunter2");

        var text = EnvFile.Write(Plans.Of(Plans.TenThousand, ("WS_PUBLISH_TOKEN_FILE", secret.Path)), "1.2.3");

        Assert.Contains($"\nWS_PUBLISH_TOKEN_FILE={secret.Path}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_name_of_the_process_is_left_to_each_process() =>
        Assert.DoesNotContain("WS_INSTANCE_ID", EnvFile.Write(Plans.Of(Plans.TenThousand), "1.2.3"), StringComparison.Ordinal);

    private static IEnumerable<(string, string)> Values(SettingsResult result) => result.Effective.Select(setting => (setting.Name, setting.Value));
}
