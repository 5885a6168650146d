using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>What else can become of the demo of <see cref="DemoOverloadTests"/>.</summary>
[Collection(HeavyTests.Name)]
public sealed class DemoOverloadLongTests
{
    [LongFact]
    public async Task A_server_that_does_not_get_ready_for_its_clients_is_no_success()
    {
        using var demo = DemoRun.StartOverload(("NATS_PORT", $"{FreePort.Next()}"), ("WS_MAX_CONNECTIONS", "20"));

        var code = await demo.WaitForExitAsync(DemoOverloadTests.AtMost);

        Assert.Equal(1, code);
        Assert.Contains("only 20 of 200 clients are in", demo.Printed, StringComparison.Ordinal);
        await demo.WaitUntilNothingIsLeftAsync();
    }
}
