using System.Globalization;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>Less memory than the runtime alone takes; then its operator gives it more.</summary>
internal sealed class LargeServer : AlertScenario
{
    private readonly EmptyFolder _folder = new();
    private readonly string _port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
    private ServerProgram? _program;

    public override string Instance => "large";

    public override IReadOnlyList<string> Alerts => ["MemoryHigh warning"];

    public override Task StartAsync() => ServeAsync("64MB");

    public override ValueTask DisposeAsync()
    {
        _program?.Dispose();
        _folder.Dispose();
        return default;
    }

    /// <summary>It has been too large from the start.</summary>
    protected override Task BeginAsync() => Task.CompletedTask;

    protected override async Task EndAsync()
    {
        _program!.Signal(ServerProgram.SigTerm);
        await _program.WaitForExitAsync(TimeSpan.FromSeconds(15));
        _program.Dispose();
        await ServeAsync("1024GB");
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
