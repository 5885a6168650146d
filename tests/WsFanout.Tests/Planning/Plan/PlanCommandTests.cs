using System.CommandLine;
using System.Runtime.Versioning;
using System.Text.Json;
using WsFanout.Planning.Plan;
using WsFanout.Tools;

namespace WsFanout.Tests.Planning.Plan;

public sealed class PlanCommandTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("--clients 10000 --workers 256", 0)]
    [InlineData("--clients 10000 --plan-costs", 1)]
    [InlineData("--clients 10000 --target-utilisation 10", 1)]
    [InlineData("--cores 2 --memory 2048MB --bandwidth 1Gbit --rate 30 --message-size 400 --users casual:70,active:25,trader:5 --crowd 40000", 0)]
    [InlineData("--set WS_CPU_REJECT_THRESHOLD=90", 78)]
    [InlineData("--set WS_MAX_GOROUTINES=100", 78)]
    [InlineData("--calibration no-such-file.json", 78)]
    public async Task The_exit_code_says_whether_the_plan_holds(string arguments, int code)
    {
        var (exit, output, error) = await RunAsync(arguments);

        Assert.Equal((code, code == 78), (exit, output.Length == 0));
        Assert.Equal(code == 78, error.Length > 0);
    }

    [Fact]
    public async Task What_the_server_would_refuse_is_said_as_the_server_says_it()
    {
        var (_, _, error) = await RunAsync("--set WS_CPU_REJECT_THRESHOLD=90");

        Assert.Equal("wsfanout plan: WS_CPU_REJECT_THRESHOLD=\"90\": must not be above WS_CPU_PAUSE_THRESHOLD (80)\n", error);
    }

    [Fact]
    public async Task As_JSON_the_refusal_is_on_standard_output_too()
    {
        var (exit, output, _) = await RunAsync("--set WS_CPU_REJECT_THRESHOLD=90 --output json");

        using var json = JsonDocument.Parse(output);
        Assert.Equal((78, 1), (exit, json.RootElement.GetProperty("errors").GetArrayLength()));
    }

    [Fact]
    public async Task A_calibration_file_is_used_and_named()
    {
        using var file = new TemporaryFile("{}");

        var (exit, _, error) = await RunAsync($"--calibration {file.Path}");

        Assert.Equal(78, exit);
        Assert.Contains($"WS_CALIBRATION=\"{file.Path}\": format is missing", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_of_the_environment_are_planned_with_and_options_come_first()
    {
        var (_, given, _) = await RunAsync("--output json", ("WS_MAX_CONNECTIONS", "123"), ("WS_PUBLISH_TOKEN", "hunter2"));
        var (_, overridden, _) = await RunAsync("--output json --set WS_MAX_CONNECTIONS=77", ("WS_MAX_CONNECTIONS", "123"));
        var (_, clients, _) = await RunAsync("--output json --clients 50", ("WS_MAX_CONNECTIONS", "123"));

        Assert.Equal((123, 77), (Connections(given), Connections(overridden)));
        Assert.Equal(123, Connections(clients));
        Assert.DoesNotContain("hunter2", given, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_settings_that_does_not_hold_says_so_beside_it()
    {
        var (exit, output, error) = await RunAsync("--clients 10000 --plan-costs --output env");

        Assert.Equal(1, exit);
        Assert.Contains("WS_MAX_CONNECTIONS=10000", output, StringComparison.Ordinal);
        Assert.Contains("is reached at 6750 clients", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--users casual:100 --client-rate 5", "--users and --client-rate: both say what a client gets; give one of them.")]
    [InlineData("--users casual:100 --subscriptions 50", "--users and --subscriptions: both say")]
    [InlineData("--client-rate 5 --subscriptions 50", "--client-rate and --subscriptions: both say")]
    [InlineData("--plan-costs --calibration x.json", "--plan-costs and --calibration: both say what things cost; give one of them.")]
    public async Task Of_two_options_none_is_dropped_in_silence(string arguments, string why)
    {
        var (exit, output, error) = await RunAsync(arguments);

        Assert.Equal((2, ""), (exit, output));
        Assert.Contains(why, error, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_file_is_written_at_the_end_with_the_permissions_and_the_secrets_of_the_one_before()
    {
        using var file = new TemporaryFile("WS_PUBLISH_TOKEN=hunter2\nWS_MAX_CONNECTIONS=5\n");
        File.SetUnixFileMode(file.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var (exit, output, error) = await RunAsync($"--clients 10000 --output env --out {file.Path}");

        var text = await File.ReadAllTextAsync(file.Path);
        Assert.Equal((0, "", ""), (exit, output, error));
        Assert.Contains("\nWS_MAX_CONNECTIONS=10000\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\nWS_PUBLISH_TOKEN=hunter2\n", text, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.Path));
        Assert.Single(Directory.EnumerateFiles(Path.GetDirectoryName(file.Path)!, Path.GetFileName(file.Path) + "*"));
    }

    [Fact]
    public async Task A_file_is_left_as_it_was_when_the_settings_can_t_be()
    {
        using var file = new TemporaryFile("as it was");

        var (exit, _, error) = await RunAsync($"--set WS_MAX_GOROUTINES=100 --output env --out {file.Path}");

        Assert.Equal((78, "as it was"), (exit, await File.ReadAllTextAsync(file.Path)));
        Assert.Contains($"--out {file.Path} is left as it was.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_the_file_does_not_hold_is_said_to_be_left_out()
    {
        using var file = new TemporaryFile("");

        var (exit, _, error) = await RunAsync($"--output env --out {file.Path}", ("WS_PUBLISH_TOKEN", "hunter2"));

        Assert.Equal((0, "wsfanout plan: WS_PUBLISH_TOKEN holds a secret and is left out: give it again, or by WS_PUBLISH_TOKEN_FILE.\n"), (exit, error));
    }

    [Theory]
    [InlineData("/no-such-directory/plan", "--out /no-such-directory/plan can't be written, and nothing there was changed: ")]
    [InlineData("/dev/null", "it is no file; without --out the plan is printed on standard output")]
    [InlineData("/tmp", "it is a directory")]
    public async Task What_can_t_be_written_is_no_failed_check(string path, string why)
    {
        var (exit, output, error) = await RunAsync($"--out {path}");

        Assert.Equal((74, ""), (exit, output));
        Assert.Contains(why, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_any_kind_does_not_hide_that_the_plan_does_not_hold()
    {
        using var file = new TemporaryFile("");

        var (exit, _, error) = await RunAsync($"--clients 10000 --plan-costs --output json --out {file.Path}");

        Assert.Equal(1, exit);
        Assert.Contains("is reached at 6750 clients", error, StringComparison.Ordinal);
        Assert.StartsWith("{", await File.ReadAllTextAsync(file.Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--cores 0", "between 0.01 and 1024")]
    [InlineData("--cores 1,5", "--cores '1,5': must be a number between 0.01 and 1024 without commas, as 1.5.")]
    [InlineData("--rate 1,5", "--rate '1,5'")]
    [InlineData("--client-rate 1,5", "--client-rate '1,5'")]
    [InlineData("--target-utilisation 7,0", "--target-utilisation '7,0'")]
    [InlineData("--instance-cost 12,23", "--instance-cost '12,23'")]
    [InlineData("--publish-ms 1,5", "--publish-ms '1,5'")]
    [InlineData("--clients 10,000", "--clients '10,000': must be a number between 1 and 1000000 without commas.")]
    [InlineData("--memory much", "--memory 'much': must be bytes, KB, MB or GB")]
    [InlineData("--bandwidth 125MB/s", "--bandwidth '125MB/s': must be like 1Gbit")]
    [InlineData("--users casual:70", "the shares come to 70 %")]
    [InlineData("--profile fast", "must be one of demo, conservative, aggressive")]
    [InlineData("--set MAX=1", "--set 'MAX=1': must be NAME=value")]
    [InlineData("--output yaml", "'yaml'")]
    public async Task What_makes_no_sense_is_2_and_says_why(string arguments, string why)
    {
        var (exit, output, error) = await RunAsync(arguments);

        Assert.Equal((2, ""), (exit, output));
        Assert.Contains(why, error, StringComparison.Ordinal);
        Assert.Contains("--help", error, StringComparison.Ordinal);
    }

    private static long Connections(string output)
    {
        using var json = JsonDocument.Parse(output);
        return json.RootElement.GetProperty("limits").EnumerateArray().Single(limit => limit.GetProperty("by").GetString() == "max_connections").GetProperty("clients").GetInt64();
    }

    private static async Task<(int Exit, string Output, string Error)> RunAsync(string arguments, params (string Name, string Value)[] variables)
    {
        var environment = variables.ToDictionary(variable => variable.Name, variable => variable.Value);
        var root = new RootCommand { PlanCommand.Build(() => (environment, Plans.Context(TestCalibration.Round))) };
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var exit = await ToolCommands.RunAsync(root, ["plan", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)], output, error);
        return (exit, output.ToString(), error.ToString());
    }
}
