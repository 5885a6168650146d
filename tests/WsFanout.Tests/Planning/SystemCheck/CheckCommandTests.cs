using System.Text.Json.Nodes;
using WsFanout.Hosting.Settings;
using WsFanout.Planning.SystemCheck;
using WsFanout.Tests.Hosting.Settings;
using WsFanout.Tests.Planning.SystemCheck.Machine;
using WsFanout.Tools;

namespace WsFanout.Tests.Planning.SystemCheck;

public sealed class CheckCommandTests : IDisposable
{
    private const string Secret = "s3cret-of-this-test";

    private readonly FitMachine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Theory]
    [InlineData("--timeout soon", "--timeout 'soon': must be a duration")]
    [InlineData("--timeout 0", "--timeout '0'")]
    [InlineData("--timeout 2m", "from 100ms to 1m")]
    [InlineData("--output xml", "xml")]
    [InlineData("nonsense", "nonsense")]
    public async Task What_makes_no_sense_is_2_and_says_why(string arguments, string why)
    {
        var (exit, output, error) = await RunAsync(Reading.Of(), arguments);

        Assert.Equal((2, ""), (exit, output));
        Assert.Contains(why, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_can_t_be_are_78_as_the_server_s_and_all_are_told_without_secrets()
    {
        var (exit, output, _) = await RunAsync(Reading.Of(("WS_ADDR", "nowhere"), ("NATS_URL", $"nats://user:{Secret}@host:0"), ("WS_CPU_LIMIT", "many")), "");

        Assert.Equal(SettingsResult.ExitCode, exit);
        Assert.All((string[])["WS_ADDR", "NATS_URL", "WS_CPU_LIMIT"], name => Assert.Contains($"{name}=", output, StringComparison.Ordinal));
        Assert.Contains("  skipped  machine", output, StringComparison.Ordinal);
        Assert.Contains("The server would not start", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fit_machine_without_a_broker_is_0_and_strictly_too()
    {
        var (exit, output, error) = await RunAsync(Fit(), "--strict");

        Assert.True(exit == 0, output + error);
        Assert.Contains("Nothing keeps the server from its work.", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("--strict", 1)]
    public async Task Warnings_are_errors_only_strictly(string arguments, int code)
    {
        _machine.With("/proc/sys/net/core/somaxconn", "128\n");

        var (exit, output, _) = await RunAsync(Fit(), arguments);

        Assert.Equal(code, exit);
        Assert.Contains("-> sysctl -w net.core.somaxconn=4096\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_is_1()
    {
        _machine.With("/proc/self/limits", FitMachine.Limits(openFiles: "1024"));

        var (exit, output, _) = await RunAsync(Fit(), "");

        Assert.Equal(1, exit);
        Assert.Contains("  error    nofile", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_has_every_item_with_all_its_fields()
    {
        _machine.With("/proc/sys/net/core/somaxconn", "128\n");

        var (exit, output, _) = await RunAsync(Fit(), "--output json --strict");

        var json = JsonNode.Parse(output)!;
        Assert.Equal(1, exit);
        Assert.Equal((1, 1, true), (json["format"]!.GetValue<int>(), json["exit_code"]!.GetValue<int>(), json["strict"]!.GetValue<bool>()));
        Assert.Equal(["ok", "skipped", "unknown", "warning", "error"], json["counts"]!.AsObject().Select(count => count.Key));
        var items = json["items"]!.AsArray();
        Assert.Equal(items.Count, json["counts"]!.AsObject().Sum(count => count.Value!.GetValue<int>()));
        Assert.All(items, item => Assert.Equal(["group", "name", "subject", "verdict", "needed", "found", "detail", "cure"], item!.AsObject().Select(field => field.Key)));
        Assert.Equal(["settings", "listening", "machine", "broker"], items.Select(item => item!["group"]!.GetValue<string>()).Distinct());
        var cut = Assert.Single(items, item => item!["name"]!.GetValue<string>() == "somaxconn")!;
        Assert.Equal(("warning", "128", "4096 (WS_LISTEN_BACKLOG)"), (cut["verdict"]!.GetValue<string>(), cut["found"]!.GetValue<string>(), cut["needed"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Notes_are_warnings_and_remarks_are_not_but_for_test_switches()
    {
        var result = Reading.Of(("WS_ADDR", "127.0.0.1:0"), ("WS_MAX_CONNECTIONS", "10000"), ("WS_AUTH_JWT_SECRET", "short"), ("WS_TEST_ECHO", "true"));

        var (_, output, _) = await RunAsync(result, "");

        Assert.Contains("  warning  note\n           WS_AUTH_JWT_SECRET", output, StringComparison.Ordinal);
        Assert.Contains("  warning  remark\n           TEST SWITCH", output, StringComparison.Ordinal);
        Assert.Contains("  ok       remark\n           Pages of any origin", output, StringComparison.Ordinal);
    }

    private static SettingsResult Fit() => Reading.Of(("WS_ADDR", "127.0.0.1:0"), ("WS_CPU_LIMIT", "1.8"), ("WS_MEMORY_LIMIT", "1792MB"), ("WS_MAX_CONNECTIONS", "10000"));

    private async Task<(int Exit, string Output, string Error)> RunAsync(SettingsResult settings, string arguments)
    {
        var root = ToolCommands.Build(new ToolContext(), _ => throw new InvalidOperationException("the server was started"));
        root.Add(CheckCommand.Build(new CheckContext { Settings = settings, Version = "0.0.0", Root = _machine.Root, Cores = 2, ReadClock = () => _machine.Clock }));
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var exit = await ToolCommands.RunAsync(root, ["check", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)], output, error);
        return (exit, output.ToString(), error.ToString());
    }
}
