using WsFanout.Hosting.Settings;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>Its clock says that its certificate, of four weeks, has a day left.</summary>
internal sealed class ExpiringServer : AlertScenario
{
    private static readonly TimeSpan NearItsEnd = TimeSpan.FromDays(27);

    private readonly TestCertificate _certificate = new();
    private readonly MovableWallClock _clock = new();
    private TestServer? _server;

    public override string Instance => "expiring";

    public override IReadOnlyList<string> Alerts => ["CertificateExpiring warning", "CertificateExpiring critical"];

    public override async Task StartAsync()
    {
        _server = await TestServer.StartAsync(
            SettingsContext.OfThisProcess(), _clock, [.. NotThisProcess, ("WS_TRANSPORT", "auto"), ("WS_ADMIN_ADDR", "127.0.0.1:0"), .. _certificate.Settings]);
        Address = _server.AdminAddress;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _certificate.Dispose();
    }

    protected override Task BeginAsync()
    {
        _clock.SetOffset(NearItsEnd);
        return Task.CompletedTask;
    }

    protected override Task EndAsync()
    {
        _clock.SetOffset(TimeSpan.Zero);
        return Task.CompletedTask;
    }
}
