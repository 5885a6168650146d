using System.Text.RegularExpressions;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The demo of <c>make demo-overload</c>: the whole way of a server through overload and back, with 200 clients.</summary>
[Collection(GovernedTests.Name)]
public sealed class DemoOverloadTests
{
    /// <summary>Longer than any run of the demo.</summary>
    public static readonly TimeSpan AtMost = TimeSpan.FromSeconds(150);

    [FactWith("node", "nodejs")]
    public async Task It_shows_every_state_and_refusals_with_retry_after_and_ends_well_when_nothing_was_lost()
    {
        using var demo = DemoRun.StartOverload(("NATS_PORT", $"{FreePort.Next()}"));

        var code = await demo.WaitForExitAsync(AtMost);

        Assert.True(code == 0, demo.Printed);
        Assert.Matches(@"→ paused \(cpu\) +CPU \d+ % of 0\.1 cores, \d+ messages unread", demo.Printed);
        Assert.Matches(@"paused → rejecting \(cpu\) +CPU \d+ %", demo.Printed);
        Assert.Matches(@"rejecting → normal +CPU \d+ %", demo.Printed);
        Assert.Matches(@"refused: 503 cpu, Retry-After: \d+", demo.Printed);
        var totals = Regex.Match(demo.Printed, @"messages +(\d+) stored; each of 200 clients received all (\d+); 0 lost, 0 gaps");
        Assert.True(totals.Success && totals.Groups[1].Value == totals.Groups[2].Value, demo.Printed);
        await demo.WaitUntilNothingIsLeftAsync();
    }
}
