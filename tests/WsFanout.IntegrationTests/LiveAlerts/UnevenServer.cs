using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>One client reads what comes, another one far less than that.</summary>
internal sealed class UnevenServer() : BrokerlessScenario(("WS_SEND_QUEUE_SIZE", "100000"), ("WS_SEND_QUEUE_BYTES", "64MB"), ("WS_SLOW_CLIENT_TIMEOUT", "10m"))
{
    private const int PerSecond = 20;
    private const int Bytes = 1000;

    private readonly CancellationTokenSource _enough = new();
    private TestClient? _reader;
    private TricklingClient? _trickling;
    private Task _publishing = Task.CompletedTask;

    public override string Instance => "uneven";

    public override IReadOnlyList<string> Alerts => ["DeliveryLatency warning"];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _enough.Dispose();
    }

    protected override async Task BeginAsync()
    {
        _reader = await Server.ConnectAsync("?channels=a");
        _trickling = await TricklingClient.ConnectAsync(Server.BaseAddress, "a");
        _publishing = PublishAsync();
    }

    protected override async Task EndAsync()
    {
        await _enough.CancelAsync();
        await _publishing;
        if (_trickling is not null) await _trickling.DisposeAsync();
        if (_reader is not null) await _reader.DisposeAsync();
        (_trickling, _reader) = (null, null);
    }

    private async Task PublishAsync()
    {
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / PerSecond));
        while (!_enough.IsCancellationRequested)
        {
            await Server.PublishAsync("a", new string('7', Bytes));
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
