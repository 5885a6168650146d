using WsFanout.IntegrationTests.Conformance;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The whole of T51: a thousand clients.</summary>
[Collection(HeavyTests.Name)]
public sealed class DrainLongTests
{
    private const int Polite = 990;
    private const int PerSecond = 500;

    [LongFact]
    public async Task A_thousand_clients_are_drained_whatever_goes_on()
    {
        foreach (var binary in NatsServerProcess.Binaries)
        {
            foreach (var way in EchoServers.Ways)
            {
                await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Binary = binary });
                await DrainScenario.DuringTrafficAsync(nats, Polite, PerSecond, way);
                await DrainScenario.WhilePausedAsync(nats, Polite, PerSecond);
                await DrainScenario.DuringOutageAsync(nats, Polite, PerSecond, isFrozen: true);
                nats.Continue();
                await DrainScenario.DuringOutageAsync(nats, Polite, PerSecond, isFrozen: false);
            }
        }
    }

    [LongFact]
    public async Task Who_would_take_an_hour_for_what_waits_does_not_hold_the_end_up()
    {
        foreach (var way in EchoServers.Ways) await DrainScenario.WhileOneTricklesAsync(way);
    }
}
