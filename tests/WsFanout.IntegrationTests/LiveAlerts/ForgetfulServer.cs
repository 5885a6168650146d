using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>It holds one message of each channel, and a client comes back that has seen none of a dozen channels.</summary>
internal sealed class ForgetfulServer() : BrokerlessScenario(("WS_REPLAY_BUFFER_SIZE", "1"))
{
    private const int Channels = 12;

    private TestClient? _client;

    public override string Instance => "forgetful";

    public override IReadOnlyList<string> Alerts => ["GapsTold warning window"];

    protected override async Task BeginAsync()
    {
        var names = Enumerable.Range(0, Channels).Select(number => $"a.{number}").ToList();
        foreach (var name in names.Concat(names)) await Server.PublishAsync(name, "1");
        _client = await Server.ConnectAsync();
        await _client.WaitForAsync("welcome");
        var data = new JsonObject
        {
            ["channels"] = new JsonArray([.. names.Select(name => (JsonNode)name)]),
            ["since"] = 0,
            ["epoch"] = _client.Frames[0]["epoch"]!.GetValue<string>(),
        };
        await _client.SendAsync(new JsonObject { ["type"] = "subscribe", ["data"] = data }.ToJsonString());
        await _client.WaitForAsync("gap", Channels);
    }

    protected override async Task EndAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        _client = null;
    }
}
