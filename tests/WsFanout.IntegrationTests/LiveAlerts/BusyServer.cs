using System.Net.WebSockets;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>A twentieth of a core, and far more requests than that can answer.</summary>
internal sealed class BusyServer : AlertScenario
{
    private static readonly TimeSpan RequestInterval = TimeSpan.FromMilliseconds(5);

    private readonly EmptyFolder _folder = new();
    private readonly CancellationTokenSource _calm = new();
    private readonly TaskCompletionSource _isRejecting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ServerProgram? _program;
    private Task _load = Task.CompletedTask;

    public override string Instance => "busy";

    public override IReadOnlyList<string> Alerts => ["HighCPU warning", "CPURejectThreshold critical", "ConnectionsRejected error cpu"];

    public override async Task StartAsync() =>
        (_program, Address) = await ServerProgram.ServeAsync(_folder.Path, ("WS_CPU_LIMIT", "0.05"), ("WS_MAX_CONNECTIONS", "100"), ("WS_CPU_PAUSE_THRESHOLD", "100"), ("WS_CONNECT_RATE", "unlimited"));

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
        await _isRejecting.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAnyAsync<WebSocketException>(() => TestClient.ConnectAsync(new Uri($"ws://{Address.Authority}/ws")));
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
        while (await pace.WaitForNextTickAsync(_calm.Token))
        {
            var metrics = await http.GetStringAsync(new Uri("metrics", UriKind.Relative), _calm.Token);
            if (metrics.Contains("ws_governor_state{state=\"rejecting\"} 1\n", StringComparison.Ordinal)) _isRejecting.TrySetResult();
        }
    }
}
