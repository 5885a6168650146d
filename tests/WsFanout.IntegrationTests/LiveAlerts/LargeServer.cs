using System.Globalization;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>Less memory than the runtime alone takes; then its operator gives it more, and starts it anew twice more before he is content.</summary>
internal sealed class LargeServer : AlertScenario
{
    public const string Down = "ServerDown critical";

    private const int Starts = 3;

    private readonly EmptyFolder _folder = new();
    private readonly string _port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
    private ServerProgram? _program;

    public override string Instance => "large";

    public override IReadOnlyList<string> Alerts => ["MemoryHigh warning", Down, "Restarted warning", "Restarted critical"];

    public override Task StartAsync() => ServeAsync("64MB");

    public override ValueTask DisposeAsync()
    {
        _program?.Dispose();
        _folder.Dispose();
        return default;
    }

    /// <summary>It has been too large from the start.</summary>
    protected override async Task BeginAsync()
    {
        await Prometheus.UntilFiredAsync(Instance, "MemoryHigh warning");
        await StopAsync();
        await Prometheus.UntilFiredAsync(Instance, Down);
        for (var start = 1; start <= Starts; start++)
        {
            if (start > 1) await StopAsync();
            await ServeAsync("1024GB");
            await UntilFoundAsync($"changes(process_start_time_seconds{{instance=\"{Instance}\"}}[1m]) >= {start}");
        }
    }

    /// <summary>It stays as it is.</summary>
    protected override Task EndAsync() => Task.CompletedTask;

    private async Task StopAsync()
    {
        _program!.Signal(ServerProgram.SigTerm);
        await _program.WaitForExitAsync(TimeSpan.FromSeconds(15));
        _program.Dispose();
    }

    // What the governor does about it is not asked here.
    private async Task ServeAsync(string memory) => (_program, Address) = await ServerProgram.ServeAsync(
        _folder.Path,
        ("WS_ADDR", $"127.0.0.1:{_port}"),
        ("WS_MEMORY_LIMIT", memory),
        ("WS_MAX_CONNECTIONS", "100"),
        ("WS_MEMORY_REJECT_PERCENT", "100"),
        ("WS_MEMORY_SHED_PERCENT", "100"),
        ("WS_MEMORY_PAUSE_PERCENT", "100"));
}
