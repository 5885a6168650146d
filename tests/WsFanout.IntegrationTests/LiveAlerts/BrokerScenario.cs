using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>A server on a broker of its own.</summary>
internal abstract class BrokerScenario(params (string Name, string Value)[] variables) : AlertScenario
{
    private NatsServerProcess? _nats;
    private TestServer? _server;
    private Broker? _broker;

    protected NatsServerProcess Nats => _nats!;

    protected TestServer Server => _server!;

    protected Broker Broker => _broker!;

    public override async Task StartAsync()
    {
        _nats = await NatsServerProcess.StartAsync();
        _server = await TestServer.StartAsync(_nats, [.. NotThisProcess, ("JS_STREAM_STORAGE", "memory"), .. variables]);
        _broker = await Broker.ConnectAsync(_nats);
        Address = _server.BaseAddress;
    }

    public override async ValueTask DisposeAsync()
    {
        await EndAsync();
        if (_broker is not null) await _broker.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
        if (_nats is not null) await _nats.DisposeAsync();
    }

    protected async Task PauseAsync(string time)
    {
        using var answer = await Server.Http.PostAsync(new Uri($"__pause?for={time}", UriKind.Relative), null);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
