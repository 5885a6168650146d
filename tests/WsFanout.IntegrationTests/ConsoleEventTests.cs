using Microsoft.Playwright;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>What the console tells of its own connection: gaps, resets, byes, resumes and errors, each made to happen.</summary>
public sealed class ConsoleEventTests
{
    private static readonly LocatorAssertionsToContainTextOptions InTime = new() { Timeout = 60_000 };

    [FactWith("chromium", "chromium")]
    public async Task It_tells_of_a_reconnect_a_gap_and_when_it_is_live_again_and_shows_one_kind_when_asked()
    {
        await using var server = await TestServer.StartAsync(("WS_REPLAY_BUFFER_SIZE", "2"));
        using var between = new HoldingProxy(server.BaseAddress.Port);
        await using var browser = await OpenAsync(between.Url.Port);
        var events = browser.Page.Locator("#events");
        await server.PublishAsync("BTC.trade", "1");
        await Assertions.Expect(browser.Page.Locator("#total")).ToHaveTextAsync("1");

        between.IsAway = true;
        between.Cut();
        await Assertions.Expect(events).ToContainTextAsync("again in", InTime);
        for (var i = 0; i < 10; i++) await server.PublishAsync("BTC.trade", "1");
        between.IsAway = false;

        await Assertions.Expect(events).ToContainTextAsync("gap (window): BTC.trade 2–9 will not come", InTime);
        await Assertions.Expect(events).ToContainTextAsync("live from 11", InTime);
        await Assertions.Expect(events).ToContainTextAsync("not everything recovered");
        foreach (var (id, times) in ((string, string)[])[("#reconnects", "1"), ("#resumes", "1"), ("#gaps", "1"), ("#resets", "0"), ("#holes", "0"), ("#total", "3")])
        {
            Assert.Equal(times, await browser.Page.Locator(id).InnerTextAsync());
        }

        await browser.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "gap 1", Exact = true }).ClickAsync();
        await Assertions.Expect(events.Locator("li")).ToHaveCountAsync(1);
        await Assertions.Expect(events.Locator("li")).ToHaveAttributeAsync("data-kind", "gap");
        await Assertions.Expect(browser.Page.Locator("#event-kinds [aria-pressed=true]")).ToHaveTextAsync("gap 1");
        await browser.Page.Locator("#event-kinds button").First.ClickAsync();
        await Assertions.Expect(events).ToContainTextAsync("subscribed to *.trade");
    }

    [FactWith("chromium", "chromium")]
    public async Task It_tells_of_a_bye_and_of_the_reset_that_another_stream_means()
    {
        var address = ("WS_ADDR", $"127.0.0.1:{FreePort.Next()}");
        var before = await TestServer.StartAsync(address);
        await using var browser = await OpenAsync(before.BaseAddress.Port);
        await before.PublishAsync("BTC.trade", "1");
        await Assertions.Expect(browser.Page.Locator("#total")).ToHaveTextAsync("1");

        await before.StopAsync();
        await before.DisposeAsync();
        await Assertions.Expect(browser.Page.Locator("#events")).ToContainTextAsync("bye: 4200", InTime);
        await Assertions.Expect(browser.Page.Locator("#server-silent")).ToContainTextAsync("/health does not answer", InTime);
        await using var after = await TestServer.StartAsync(address);

        await Assertions.Expect(browser.Page.Locator("#events")).ToContainTextAsync("reset: the stream is another one now", InTime);
        await Assertions.Expect(browser.Page.Locator("#resets")).ToHaveTextAsync("1");
        await Assertions.Expect(browser.Page.Locator("#event-kinds")).ToContainTextAsync("bye 1");
        await Assertions.Expect(browser.Page.Locator("#event-kinds")).ToContainTextAsync("reset 1");
        await Assertions.Expect(browser.Page.Locator("#server-silent")).ToContainTextAsync("Another process answers here", InTime);
    }

    [FactWith("chromium", "chromium")]
    public async Task It_tells_of_errors()
    {
        await using var server = await TestServer.StartAsync();
        await using var browser = await OpenAsync(server.BaseAddress.Port);

        await browser.Page.Locator("#channels").FillAsync("not..a.name");
        await browser.Page.Locator("#channels").PressAsync("Enter");

        await Assertions.Expect(browser.Page.Locator("#events li[data-kind=error]")).ToContainTextAsync("error: ");
        await Assertions.Expect(browser.Page.Locator("#event-kinds")).ToContainTextAsync("error 1");
    }

    [FactWith("chromium", "chromium")]
    public async Task It_connects_with_a_token_where_the_server_asks_for_one()
    {
        await using var server = await TestServer.StartAsync(("WS_AUTH_JWT_SECRET", TokenMaker.Secret), ("WS_AUTH_DEADLINE", "500ms"));
        await using var browser = await Browser.StartAsync(360, 640);
        await browser.Page.GotoAsync(server.BaseAddress.ToString());
        await Assertions.Expect(browser.Page.Locator("#events")).ToContainTextAsync("stopped: 4500", InTime);

        await browser.Page.Locator("summary").ClickAsync();
        await browser.Page.Locator("#token").FillAsync(TokenMaker.Of(TokenMaker.GoodFor(TimeProvider.System.GetUtcNow())));
        await browser.Page.Locator("#token").PressAsync("Enter");

        await Assertions.Expect(browser.Page.Locator("#events")).ToContainTextAsync("subscribed to *.trade", InTime);
        await Assertions.Expect(browser.Page.Locator("#state")).ToHaveTextAsync("connected");
    }

    private static async Task<Browser> OpenAsync(int port)
    {
        var browser = await Browser.StartAsync(390, 844);
        await browser.Page.GotoAsync($"http://127.0.0.1:{port}/");
        await Assertions.Expect(browser.Page.Locator("#events")).ToContainTextAsync("subscribed to *.trade");
        return browser;
    }
}
