using System.Globalization;
using Microsoft.Playwright;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The live page in a real browser, over a restart of its server in the middle of a stream.</summary>
public sealed class PageResumeTests
{
    private static readonly string[] Channels = ["BTC.trade", "ETH.trade", "SOL.trade"];
    private static readonly LocatorAssertionsToHaveTextOptions InTime = new() { Timeout = 60_000 };
    private static readonly LocatorAssertionsToContainTextOptions InTimeContains = new() { Timeout = 60_000 };

    [FactWith("chromium", "chromium")]
    public async Task It_resumes_at_the_restarted_server_and_shows_every_message_once_and_no_hole()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        var address = ("WS_ADDR", $"127.0.0.1:{FreePort.Next()}");
        var before = await TestServer.StartAsync(nats, address);
        await using var browser = await Browser.StartAsync(1280, 900);
        await browser.Page.GotoAsync(before.BaseAddress.ToString());
        await Assertions.Expect(browser.Page.Locator("#events")).ToContainTextAsync("subscribed to *.trade");
        await using var broker = await Broker.ConnectAsync(nats);
        using var enough = new CancellationTokenSource();
        var publishing = broker.PublishSteadilyAsync(Channels, perSecond: 20, enough.Token);
        await ShowsAtLeastAsync(browser, 20);

        await before.DisposeAsync();
        await Assertions.Expect(browser.Page.Locator("#events")).ToContainTextAsync("again in");
        await using var after = await TestServer.StartAsync(nats, address);
        await Assertions.Expect(browser.Page.Locator("#events")).ToContainTextAsync(", everything recovered", InTimeContains);
        await ShowsAtLeastAsync(browser, 20 + await TotalAsync(browser));
        await enough.CancelAsync();
        var published = await publishing;

        await Assertions.Expect(browser.Page.Locator("#total")).ToHaveTextAsync(published.ToString("N0", CultureInfo.InvariantCulture), InTime);
        await Assertions.Expect(browser.Page.Locator("#resumes")).ToHaveTextAsync("1");
        foreach (var trouble in (string[])["#gaps", "#resets", "#holes"]) await Assertions.Expect(browser.Page.Locator(trouble)).ToHaveTextAsync("0");
    }

    private static Task ShowsAtLeastAsync(Browser browser, int messages) =>
        Wait.UntilAsync(async () => await TotalAsync(browser) >= messages, $"the page should show {messages} messages", TimeSpan.FromSeconds(60));

    private static async Task<int> TotalAsync(Browser browser) =>
        int.Parse(await browser.Page.Locator("#total").InnerTextAsync(), NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
}
