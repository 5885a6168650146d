using System.Collections.Concurrent;
using Microsoft.Playwright;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The console in a real browser, against a real server: what it always could.</summary>
public sealed class PageTests
{
    private static readonly LocatorAssertionsToHaveTextOptions InTime = new() { Timeout = 60_000 };
    private static readonly LocatorAssertionsToContainTextOptions InTimeContains = new() { Timeout = 60_000 };

    [FactWith("chromium", "chromium")]
    public async Task It_connects_and_shows_what_is_published()
    {
        await using var server = await TestServer.StartAsync();
        await using var browser = await Browser.StartAsync(1280, 900);
        await browser.Page.GotoAsync(server.BaseAddress.ToString());
        await Assertions.Expect(browser.Page.Locator("body")).ToContainTextAsync("subscribed to *.trade");

        for (var i = 0; i < 3; i++) await server.PublishAsync("BTC.trade", $"{{\"price\":{i},\"note\":\"<img src=x onerror=alert(1)>\"}}");

        await Assertions.Expect(browser.Page.Locator("body")).ToContainTextAsync("BTC.trade");
        await Assertions.Expect(browser.Page.Locator("body")).ToContainTextAsync("<img src=x onerror=alert(1)>");
        Assert.Equal(0, await browser.Page.Locator("img").CountAsync());
        Assert.Empty(browser.Complaints);
    }

    [FactWith("chromium", "chromium")]
    public async Task It_comes_back_with_its_position_in_the_address_so_that_it_is_let_in_before_newcomers()
    {
        await using var server = await TestServer.StartAsync();
        using var between = new HoldingProxy(server.BaseAddress.Port);
        await using var browser = await Browser.StartAsync(1280, 900);
        var addresses = new ConcurrentQueue<string>();
        browser.Page.WebSocket += (_, socket) => addresses.Enqueue(socket.Url);
        await browser.Page.GotoAsync($"http://127.0.0.1:{between.Url.Port}/");
        await Assertions.Expect(browser.Page.Locator("body")).ToContainTextAsync("subscribed to *.trade");

        between.Cut();
        await Wait.UntilAsync(() => addresses.Count == 2, "the page should come back");

        Assert.Equal("/ws", new Uri(addresses.First()).PathAndQuery);
        Assert.Matches("^/ws\\?since=0&epoch=[^&]+&at=[0-9]+$", new Uri(addresses.Last()).PathAndQuery);
    }

    [FactWith("chromium", "chromium")]
    public async Task It_fits_a_phone()
    {
        await using var server = await TestServer.StartAsync();
        await using var browser = await Browser.StartAsync(390, 844);
        await browser.Page.GotoAsync(server.BaseAddress.ToString());
        await Assertions.Expect(browser.Page.Locator("body")).ToContainTextAsync("subscribed to *.trade");
        await server.PublishAsync("A-VERY-LONG-SYMBOL-THAT-DOES-NOT-FIT-ANYWHERE-ON-A-PHONE.trade", $"\"{new string('x', 2_000)}\"");
        await Assertions.Expect(browser.Page.Locator("body")).ToContainTextAsync("A-VERY-LONG");

        var overflow = await browser.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

        Assert.Equal(0, overflow);
        Assert.Empty(browser.Complaints);
    }

    [FactWith("chromium", "chromium")]
    public async Task It_connects_from_an_allowed_origin_and_not_from_another()
    {
        var port = FreePort.Next();
        await using var server = await TestServer.StartAsync(("WS_ADDR", $"127.0.0.1:{port}"), ("WS_ALLOWED_ORIGINS", $"http://127.0.0.1:{port}"));
        await using var browser = await Browser.StartAsync(1280, 900);

        await browser.Page.GotoAsync($"http://localhost:{port}/");
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_connections_rejected_total{reason=\"forbidden_origin\"}") > 0, "the page at another name should be refused");
        Assert.Equal(0, await server.MetricAsync("ws_connections_total"));

        await browser.Page.GotoAsync($"http://127.0.0.1:{port}/");
        await Assertions.Expect(browser.Page.Locator("body")).ToContainTextAsync("subscribed to *.trade");
    }

    [FactWith("chromium", "chromium")]
    public async Task It_says_that_publishing_is_elsewhere()
    {
        await using var server = await TestServer.StartAsync(("WS_ADMIN_ADDR", "127.0.0.1:0"));
        await using var browser = await Browser.StartAsync(1280, 900);
        await browser.Page.GotoAsync(server.BaseAddress.ToString());
        await Assertions.Expect(browser.Page.Locator("body")).ToContainTextAsync("subscribed to *.trade");

        await browser.Page.Locator("#publish").EvaluateAsync("form => form.requestSubmit()");

        await Assertions.Expect(browser.Page.Locator("#publish-result")).ToContainTextAsync("publishing is not at this address");
    }

    [FactWith("chromium", "chromium")]
    public async Task It_shows_that_the_server_is_paused_and_why_it_was_refused_and_that_it_is_normal_again()
    {
        await using var server = await TestServer.StartAsync(("WS_TEST_PAUSE", "true"));
        await using var browser = await Browser.StartAsync(1280, 900);
        await browser.Page.GotoAsync(server.BaseAddress.ToString());
        var load = browser.Page.GetByRole(AriaRole.Status).And(browser.Page.Locator("#load-state"));
        await Assertions.Expect(load).ToHaveTextAsync("normal");
        await Assertions.Expect(browser.Page.Locator("#load-figures")).ToContainTextAsync("of its limit");

        using var answer = await server.Http.PostAsync(new Uri("__pause?for=10s", UriKind.Relative), null);
        Assert.True(answer.IsSuccessStatusCode);
        await Assertions.Expect(load).ToHaveTextAsync("paused (cpu)", InTime);
        await browser.Page.Locator("#connect").ClickAsync();
        await Assertions.Expect(browser.Page.Locator("#events")).ToContainTextAsync("the server takes no newcomers: it is paused (cpu)", InTimeContains);
        await Assertions.Expect(load).ToHaveTextAsync("normal", InTime);

        // The browser itself complains of the refused handshake; nothing else may.
        Assert.All(browser.Complaints, complaint => Assert.Contains("503", complaint, StringComparison.Ordinal));
    }

    [FactWith("chromium", "chromium")]
    public async Task It_hides_the_state_and_says_where_it_is_when_health_is_not_served_beside_it()
    {
        await using var server = await TestServer.StartAsync();
        await using var browser = await Browser.StartAsync(390, 844);
        var asked = 0;
        var isElsewhere = true;
        await browser.Page.RouteAsync("**/health", route =>
        {
            asked++;
            return isElsewhere ? route.FulfillAsync(new RouteFulfillOptions { Status = 404 }) : route.ContinueAsync();
        });
        await browser.Page.Clock.InstallAsync();
        await browser.Page.GotoAsync(server.BaseAddress.ToString());
        await Assertions.Expect(browser.Page.Locator("body")).ToContainTextAsync("subscribed to *.trade");
        await Wait.UntilAsync(() => asked > 0, "the page should ask for the state");

        await Assertions.Expect(browser.Page.Locator("#load")).ToBeHiddenAsync();
        await Assertions.Expect(browser.Page.Locator("#server-known")).ToBeHiddenAsync();
        await Assertions.Expect(browser.Page.Locator("#server-elsewhere")).ToContainTextAsync("With WS_ADMIN_ADDR it is served at that address");
        await Assertions.Expect(browser.Page.Locator("#state")).ToHaveTextAsync("connected");

        // A proxy may have been wrong for a moment.
        isElsewhere = false;
        await browser.Page.Clock.FastForwardAsync(31_000);
        await Assertions.Expect(browser.Page.Locator("#load")).ToBeVisibleAsync();
        await Assertions.Expect(browser.Page.Locator("#server-known")).ToBeVisibleAsync();
        await Assertions.Expect(browser.Page.Locator("#server-elsewhere")).ToBeHiddenAsync();
    }
}
