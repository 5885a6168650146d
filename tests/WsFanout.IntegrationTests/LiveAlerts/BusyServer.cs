using System.Net.WebSockets;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>A twentieth of a core, and far more requests than that can answer.</summary>
internal sealed class BusyServer : AlertScenario
{
    private static readonly TimeSpan RequestInterval = TimeSpan.FromMilliseconds(5);

    private readonly EmptyFolder _folder = new();
    private readonly CancellationTokenSource _calm = new();
    private ServerProgram? _program;
    private Task _load = Task.CompletedTask;

    public override string Instance => "busy";

    public override IReadOnlyList<string> Alerts => ["HighCPU warning", "CPURejectThreshold critical", "ConnectionsRejected error cpu"];

    public override async Task StartAsync() =>
        (_program, Address) = await ServerProgram.ServeAsync(_folder.Path, ("WS_CPU_LIMIT", "0.05"), ("WS_MAX_CONNECTIONS", "100"), ("WS_CPU_PAUSE_THRESHOLD", "100"));

    public override async ValueTask DisposeAsync()
    {
        await EndAsync();
        _program?.Dispose();
        _calm.Dispose();
        _folder.Dispose();
    }

    protected override async Task BeginAsync()
    {
        _load = LoadAsync();
        await Testing.Wait.UntilAsync(IsRefusedAsync, "a newcomer should be refused for lack of CPU", TimeSpan.FromSeconds(30));
    }

    protected override async Task EndAsync()
    {
        await _calm.CancelAsync();
        await _load.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task LoadAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Address };
        using var pace = new PeriodicTimer(RequestInterval);
        while (await pace.WaitForNextTickAsync(_calm.Token)) await http.GetStringAsync(new Uri("metrics", UriKind.Relative), _calm.Token);
    }

    private async Task<bool> IsRefusedAsync()
    {
        try
        {
            await using var client = await TestClient.ConnectAsync(new Uri($"ws://{Address.Authority}/ws"));
            return false;
        }
        catch (WebSocketException)
        {
            return true;
        }
    }
}
