using WsFanout.IntegrationTests.Support;
using WsFanout.Nats;

namespace WsFanout.IntegrationTests.LiveAlerts;

/// <summary>Its stream is deleted, and another one takes the subjects before it could be made again.</summary>
internal sealed class DetachedServer : BrokerScenario
{
    private const string Other = "OTHER";

    private bool _isTaken;

    public override string Instance => "detached";

    public override IReadOnlyList<string> Alerts => ["StreamDetached critical"];

    protected override async Task BeginAsync()
    {
        for (var attempt = 0; !_isTaken; attempt++)
        {
            Assert.True(attempt < 20, "the other stream should have been created once");
            await Broker.Js.DeleteStreamAsync(Broker.Stream);
            try
            {
                await Broker.Js.CreateStreamAsync(new StreamConfig { Name = Other, Subjects = [Broker.Prefix + ">"] });
                _isTaken = true;
            }
            catch (NatsJSApiException)
            {
                // The server was faster.
            }
        }
    }

    protected override async Task EndAsync()
    {
        if (_isTaken) await Broker.Js.DeleteStreamAsync(Other);
        _isTaken = false;
    }
}
