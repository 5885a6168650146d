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

        var back = Reading.OfFile(new EnvFile(report).Write("1.2.3"));

        Reading.Sound(back);
        Assert.Equal(Values(report.Basis.Given.Result), Values(back));
    }

    [Fact]
    public void What_is_derived_is_pinned_so_that_another_machine_comes_to_the_same()
    {
        var report = Plans.Of(new PlanRequest { Cores = 1, MemoryBytes = 700L << 20 });

        var back = Reading.OfFile(new EnvFile(report).Write("1.2.3"));

        Assert.Equal(Values(report.Basis.Given.Result), Values(back));
        Assert.Equal((0.9, 444L << 20), (Reading.Sound(back).Governor.CpuLimitCores, Reading.Sound(back).Governor.MemoryLimitBytes));
    }

    [Fact]
    public void Secrets_stay_out_and_the_file_says_so()
    {
        var text = new EnvFile(Plans.Of(Plans.TenThousand, ("WS_PUBLISH_TOKEN", "hunter2"), ("NATS_URL", "nats://me:hunter2@broker:4222"))).Write("1.2.3");

        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.Contains("# WS_PUBLISH_TOKEN is given and holds a secret", text, StringComparison.Ordinal);
        Assert.Contains("# NATS_URL is given and holds a secret", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_by_file_stays_by_file()
    {
        using var secret = new TemporaryFile("hunter2");

        var text = new EnvFile(Plans.Of(Plans.TenThousand, ("WS_PUBLISH_TOKEN_FILE", secret.Path))).Write("1.2.3");

        Assert.Contains($"\nWS_PUBLISH_TOKEN_FILE={secret.Path}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_and_foreign_lines_of_the_file_that_is_replaced_stay_and_give_nothing_twice()
    {
        const string Replaced = """
            # a comment
            WS_MAX_CONNECTIONS=5
            WS_PUBLISH_TOKEN='hunter2'
            NATS_URL=nats://me:hunter2@broker:4222
            WS_CALIBRATION_FILE=/nowhere
            COMPOSE_PROJECT_NAME=trades # whose it is
            """;
        var env = new EnvFile(Plans.Of(Plans.TenThousand, ("WS_PUBLISH_TOKEN", "hunter2"), ("NATS_URL", "nats://other:4222"), ("NATS_PASSWORD", "hunter3"), ("NATS_USER", "me")), Replaced);

        var lines = env.Write("1.2.3").Split('\n');

        Assert.Equal(["# From the file that this one has replaced: its secrets, and what is no setting of the server.", "WS_PUBLISH_TOKEN='hunter2'", "COMPOSE_PROJECT_NAME=trades # whose it is", ""], lines[^4..]);
        Assert.Single(lines, line => line.StartsWith("NATS_URL=", StringComparison.Ordinal));
        Assert.Equal(["NATS_PASSWORD"], env.LeftOut);
        Assert.Equal("# NATS_PASSWORD is given and holds a secret, so it is left out: give it again, or by NATS_PASSWORD_FILE.", lines[3]);
        Assert.DoesNotContain("hunter3", string.Join('\n', lines), StringComparison.Ordinal);
    }

    [Fact]
    public void The_calibration_stays_where_it_is()
    {
        using var file = new TemporaryFile(File.ReadAllText(Path.Combine(RepositoryFiles.Root, "src/WsFanout/Planning/calibration.json")));

        var text = new EnvFile(Plans.Of(Plans.TenThousand, ("WS_CALIBRATION", file.Path))).Write("1.2.3");

        Assert.Contains($"\n# WS_CALIBRATION={file.Path} is left out: ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\nWS_CALIBRATION=", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_name_of_the_process_is_left_to_each_process() =>
        Assert.DoesNotContain("WS_INSTANCE_ID", new EnvFile(Plans.Of(Plans.TenThousand)).Write("1.2.3"), StringComparison.Ordinal);

    private static IEnumerable<(string, string)> Values(SettingsResult result) => result.Effective.Select(setting => (setting.Name, setting.Value));
}
