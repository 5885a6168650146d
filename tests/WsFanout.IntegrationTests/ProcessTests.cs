using System.Net.NetworkInformation;
using System.Text.Json.Nodes;
using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;
using WsFanout.Tests.Deploy;

namespace WsFanout.IntegrationTests;

/// <summary>The program from start to exit code.</summary>
public sealed class ProcessTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Wrong_settings_are_all_told_at_once_and_nothing_listens()
    {
        using var folder = new EmptyFolder();
        var port = FreePort.Next();
        using var program = ServerProgram.Start(
            folder.Path, [], ("WS_ADDR", $"127.0.0.1:{port}"), ("WS_MAX_CONNECTIONS", "many"), ("WS_PING_INTERVAL", "-1s"), ("WS_MAX_CONECTIONS", "5"), ("NATS_URL", "nats://u:secret@h:x"));

        Assert.Equal(78, await program.WaitForExitAsync(Soon));

        var said = string.Join('\n', program.Errors);
        Assert.Contains("WS_MAX_CONNECTIONS", said, StringComparison.Ordinal);
        Assert.Contains("WS_PING_INTERVAL", said, StringComparison.Ordinal);
        Assert.Contains("WS_MAX_CONECTIONS", said, StringComparison.Ordinal);
        Assert.Contains("NATS_URL", said, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", said, StringComparison.Ordinal);
        Assert.DoesNotContain(IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners(), listener => listener.Port == port);
    }

    [Fact]
    public async Task Every_variable_wrong_at_once_is_told_line_by_line_without_a_secret()
    {
        using var folder = new EmptyFolder();
        var wrong = AllSettings.InOrder.Select(setting => (setting.Name, Value: $"{(setting.IsSecret ? "hunter2" : "banana")}\u0001")).ToList();

        // One line more is of a rule: NATS_TOKEN and NATS_USER exclude each other.
        using var program = ServerProgram.Start(folder.Path, [], [.. wrong, ("WS_MAX_CONECTIONS", new string('9', 100_000))]);

        Assert.Equal(78, await program.WaitForExitAsync(Soon));
        Assert.Equal([.. wrong.Select(variable => variable.Name), "NATS_TOKEN", "WS_MAX_CONECTIONS"], program.Errors.Select(line => line.Split('=', ':')[0]));
        Assert.DoesNotContain(program.Errors, line => line.Contains("hunter2", StringComparison.Ordinal) || line.Length > 600);
        Assert.Empty(program.Output);
    }

    [Fact]
    public async Task The_capacity_plan_s_block_starts_without_an_error_or_a_warning()
    {
        using var folder = new EmptyFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, ".env"), PlanAsDotEnv());

        var (program, address) = await ServerProgram.ServeAsync(folder.Path);
        using (program)
        {
            using var http = new HttpClient { BaseAddress = address };
            var config = JsonNode.Parse(await http.GetStringAsync(new Uri("config", UriKind.Relative)))!;

            // The plan is for two cores; on one it is told that its thresholds may never be reached.
            var warnings = Environment.ProcessorCount < 2 ? 1 : 0;
            Assert.Equal(warnings, config["notes"]!.AsArray().Count);
            Assert.Equal(warnings, program.Output.Count(line => Level(line) is "warning" or "error" or "critical"));
            Assert.Contains(program.Output, line => line.Contains("the 256 workers asked for", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Told_to_stop_it_says_goodbye_to_every_client_and_ends_with_0()
    {
        using var folder = new EmptyFolder();
        var (program, address) = await ServerProgram.ServeAsync(folder.Path);
        using var _ = program;
        var clients = new List<TestClient>();
        for (var i = 0; i < 50; i++) clients.Add(await TestClient.ConnectAsync(new Uri($"ws://{address.Authority}/ws?channels=%3E")));
        await Wait.UntilAsync(() => clients.All(client => client.OfType("subscription_ack").Count == 1), "all clients should be in");

        program.Signal(ServerProgram.SigTerm);

        Assert.Equal(0, await program.WaitForExitAsync(Soon));
        Assert.All(clients, client => Assert.Equal(4200, client.CloseCode));
        Assert.All(clients, client => Assert.Equal(4200, Assert.Single(client.OfType("bye"))["code"]!.GetValue<int>()));
        foreach (var client in clients) await client.DisposeAsync();
    }

    [Fact]
    public async Task It_stops_in_time_though_the_broker_never_was_there()
    {
        using var folder = new EmptyFolder();
        var (program, address) = await ServerProgram.ServeAsync(folder.Path, ("NATS_URL", $"nats://127.0.0.1:{FreePort.Next()}"));
        using var _ = program;
        using var http = new HttpClient { BaseAddress = address };
        using var ready = await http.GetAsync(new Uri("health/ready", UriKind.Relative));
        using var live = await http.GetAsync(new Uri("health/live", UriKind.Relative));

        program.Signal(ServerProgram.SigTerm);

        Assert.Equal(503, (int)ready.StatusCode);
        Assert.Equal(200, (int)live.StatusCode);
        Assert.Equal(0, await program.WaitForExitAsync(Soon));
    }

    [Fact]
    public async Task Told_twice_it_ends_at_once()
    {
        using var folder = new EmptyFolder();
        var (program, address) = await ServerProgram.ServeAsync(folder.Path, ("WS_DRAIN_TIMEOUT", "60s"));
        using var _ = program;
        using var deaf = await RawHandshake.OpenAsync(address);

        program.Signal(ServerProgram.SigTerm);
        await Wait.UntilAsync(() => program.Output.Any(line => line.Contains("Draining", StringComparison.Ordinal)), "the drain should have begun");
        program.Signal(ServerProgram.SigTerm);

        Assert.Equal(130, await program.WaitForExitAsync(Soon));
    }

    [Fact]
    public async Task A_port_in_use_is_said_plainly()
    {
        using var folder = new EmptyFolder();
        var (program, address) = await ServerProgram.ServeAsync(folder.Path);
        using var _ = program;

        using var second = ServerProgram.Start(folder.Path, [], ("WS_ADDR", address.Authority));

        Assert.Equal(1, await second.WaitForExitAsync(Soon));
        Assert.Contains(second.Output, line => Level(line) == "error" && line.Contains($"Can't listen on {address.Authority}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_health_command_tells_a_server_that_serves_from_none()
    {
        using var folder = new EmptyFolder();
        var (program, address) = await ServerProgram.ServeAsync(folder.Path);
        using var _ = program;

        using var there = ServerProgram.Start(folder.Path, ["health"], ("WS_ADDR", address.Authority));
        using var nowhere = ServerProgram.Start(folder.Path, ["health"], ("WS_ADDR", $"127.0.0.1:{FreePort.Next()}"));

        Assert.Equal(0, await there.WaitForExitAsync(Soon));
        Assert.Equal(1, await nowhere.WaitForExitAsync(Soon));
    }

    /// <summary>The block as a user would paste it: list dashes off, comments kept.</summary>
    private static string PlanAsDotEnv() => string.Join('\n', RepositoryFiles.ReadLines("tests/WsFanout.Tests/Deploy/plan-environment.txt").Select(line => line.TrimStart('-', ' ')));

    private static string? Level(string line) => line.StartsWith('{') ? JsonNode.Parse(line)!["level"]!.GetValue<string>() : null;
}
