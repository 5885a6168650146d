using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The console in a real browser: plots, channels, the server's state, on a desk and on a phone.</summary>
public sealed class ConsoleTests
{
    private static readonly LocatorAssertionsToContainTextOptions InTimeContains = new() { Timeout = 60_000 };

    private static readonly (int Width, int Height)[] Screens = [(1280, 800), (390, 844), (360, 640)];

    [FactWith("chromium", "chromium")]
    public async Task It_plots_rate_and_latency_with_axes_units_and_words()
    {
        await using var server = await TestServer.StartAsync();
        await using var browser = await OpenAsync(server);

        await PublishUntilAsync(server, async () => await PointsAsync(browser, "#rate-plot .curve.first") >= 3 && await PointsAsync(browser, "#latency-plot .curve.third") >= 3);

        foreach (var quantile in (string[])["first", "second", "third"]) Assert.True(await PointsAsync(browser, $"#latency-plot .curve.{quantile}") >= 3);
        foreach (var (plot, unit) in ((string, string)[])[("#rate-plot", "0"), ("#latency-plot", "10 ms"), ("#cpu-plot", "100 %")])
        {
            var words = await browser.Page.Locator($"{plot} text").AllTextContentsAsync();
            Assert.Contains(unit, words);
            Assert.Contains("now", words);
            Assert.Contains("−5 min", words);
        }

        Assert.Matches("^messages a second in the last 5 minutes: [0-9]+ in the last second, [0-9]+ at most$", await browser.Page.Locator("#rate-plot").GetAttributeAsync("aria-label"));
        Assert.Matches("p50 .+ms, p95 .+ms, p99 .+ms", await browser.Page.Locator("#latency-plot").GetAttributeAsync("aria-label"));
        await AssertWellBehavedAsync(browser);
    }

    [FactWith("chromium", "chromium")]
    public async Task A_plot_is_read_by_keys_and_by_the_pointer()
    {
        await using var server = await TestServer.StartAsync();
        await using var browser = await OpenAsync(server);
        await PublishUntilAsync(server, async () => await PointsAsync(browser, "#rate-plot .curve.first") >= 3);
        var readout = browser.Page.Locator("#rate-readout");
        var slider = browser.Page.GetByRole(AriaRole.Slider).And(browser.Page.Locator("#rate-plot"));
        await Assertions.Expect(slider).ToHaveAttributeAsync("aria-valuetext", "no second chosen");
        await Assertions.Expect(readout).ToHaveTextAsync("");

        await browser.Page.Locator("#rate-plot").FocusAsync();
        await browser.Page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(readout).ToContainTextAsync("messages");
        await Assertions.Expect(slider).ToHaveAttributeAsync("aria-valuetext", await readout.TextContentAsync() ?? "");
        for (var i = 0; i < 20; i++) await browser.Page.Keyboard.PressAsync("Shift+ArrowLeft");
        await Assertions.Expect(readout).ToContainTextAsync("nothing");
        await browser.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(readout).ToHaveTextAsync("");

        await browser.Page.Locator("#latency-plot").HoverAsync();
        await Assertions.Expect(browser.Page.Locator("#latency-readout")).Not.ToHaveTextAsync("");
        await AssertWellBehavedAsync(browser);
    }

    [FactWith("chromium", "chromium")]
    public async Task It_shows_200_channels_and_counts_the_rest_sorts_and_filters()
    {
        await using var server = await TestServer.StartAsync();
        await using var browser = await OpenAsync(server);
        for (var i = 0; i < 230; i++) await server.PublishAsync($"C{i:000}.trade", "1");
        for (var i = 0; i < 20; i++) await server.PublishAsync("C117.trade", "1");
        var rows = browser.Page.Locator("#channel-rows tr");
        var first = rows.First.Locator("td");

        await Assertions.Expect(browser.Page.Locator("#channel-count")).ToHaveTextAsync("230 channels; 200 shown, 30 more not");
        await Assertions.Expect(browser.Page.Locator("#known")).ToHaveTextAsync("230");
        await Assertions.Expect(rows).ToHaveCountAsync(200);
        await Assertions.Expect(first.Nth(0)).ToHaveTextAsync("C000.trade");
        await Assertions.Expect(first.Nth(2)).ToHaveTextAsync("1");
        await Assertions.Expect(first.Nth(3)).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^[0-9.]+ (s|min)$"));

        await browser.Page.Locator("[data-order=rate]").ClickAsync();
        await Assertions.Expect(first.Nth(0)).ToHaveTextAsync("C117.trade");
        await Assertions.Expect(first.Nth(2)).ToHaveTextAsync("250");
        await Assertions.Expect(browser.Page.Locator("th[aria-sort=descending]")).ToContainTextAsync("a second");
        Assert.True((await rows.First.Locator("polyline").GetAttributeAsync("points"))!.Split(' ').Length == 60);
        await browser.Page.Locator("[data-order=seq]").ClickAsync();
        await browser.Page.Locator("[data-order=seq]").ClickAsync();
        await Assertions.Expect(first.Nth(2)).ToHaveTextAsync("1");
        await Assertions.Expect(browser.Page.Locator("th[aria-sort=ascending]")).ToContainTextAsync("seq");

        await Assertions.Expect(browser.Page.Locator("#channel-found")).ToHaveTextAsync("");
        await browser.Page.Locator("#channel-filter").FillAsync("c22");
        await Assertions.Expect(browser.Page.Locator("#channel-found")).ToHaveTextAsync("230 channels; 10 fit the filter");
        await Assertions.Expect(browser.Page.Locator("#channel-count")).ToHaveTextAsync("230 channels; 10 fit the filter");
        await browser.Page.Locator("#channel-filter").FillAsync("*.book");
        await Assertions.Expect(rows).ToHaveCountAsync(0);
        await AssertWellBehavedAsync(browser);
    }

    [FactWith("chromium", "chromium")]
    public async Task It_shows_the_state_beside_the_limits_and_the_states_of_the_last_minutes()
    {
        await using var server = await TestServer.StartAsync(("WS_TEST_PAUSE", "true"), ("WS_CPU_REJECT_THRESHOLD", "98"), ("WS_CPU_PAUSE_THRESHOLD", "99"), ("WS_MAX_CONNECTIONS", "40"));
        await using var browser = await OpenAsync(server);
        await Assertions.Expect(browser.Page.Locator("#server-state")).ToHaveTextAsync("normal");
        await Assertions.Expect(browser.Page.Locator("#meter-cpu-hint")).ToHaveTextAsync("no newcomers above 98 %, intake pauses above 99 %");
        await Assertions.Expect(browser.Page.Locator("#meter-cpu line")).ToHaveCountAsync(2);
        await Assertions.Expect(browser.Page.Locator("#cpu-plot .marks line")).ToHaveCountAsync(2);
        await Assertions.Expect(browser.Page.Locator("#meter-memory-hint")).ToHaveTextAsync("no threshold: both are 100 %, off");
        await Assertions.Expect(browser.Page.Locator("#meter-clients-text")).ToHaveTextAsync("1 of 40");
        await Assertions.Expect(browser.Page.GetByRole(AriaRole.Meter, new PageGetByRoleOptions { Name = "Clients" })).ToHaveAttributeAsync("aria-valuenow", "3");
        await Assertions.Expect(browser.Page.Locator("#meter-queue-text")).ToContainTextAsync("messages");
        await Assertions.Expect(browser.Page.Locator("#server-facts")).ToContainTextAsync("built-in, attached for");
        await Assertions.Expect(browser.Page.Locator("#server-facts")).ToContainTextAsync("nothing unread that could be lost");

        using var answer = await server.Http.PostAsync(new Uri("__pause?for=10s", UriKind.Relative), null);

        await Assertions.Expect(browser.Page.Locator("#strip-summary")).ToContainTextAsync("paused", InTimeContains);
        await Assertions.Expect(browser.Page.Locator("#server-facts")).ToContainTextAsync("paused");
        await Assertions.Expect(browser.Page.Locator("#server-state")).ToHaveTextAsync("normal", new LocatorAssertionsToHaveTextOptions { Timeout = 60_000 });
        foreach (var state in (string[])["paused", "normal"]) Assert.True(await browser.Page.Locator($"#strip rect.{state}").CountAsync() >= 1);
        Assert.True(await PointsAsync(browser, "#cpu-plot .curve") >= 3);
        await AssertWellBehavedAsync(browser);
    }

    [FactWith("chromium", "chromium")]
    public async Task It_does_not_draw_one_process_into_the_lines_of_another_and_says_that_it_changed()
    {
        await using var server = await TestServer.StartAsync();
        await using var browser = await OpenAsync(server);
        var path = "#cpu-plot .curve";
        await Wait.UntilAsync(async () => await PointsAsync(browser, path) >= 5, "the plot should have points", TimeSpan.FromSeconds(60));
        await Assertions.Expect(browser.Page.Locator("#server-silent")).ToHaveTextAsync("");

        await browser.Page.RouteAsync("**/health", async route =>
        {
            var answer = await route.FetchAsync();
            var health = JsonNode.Parse(await answer.TextAsync())!;
            health["started_at"] = "2000-01-01T00:00:00Z";
            await route.FulfillAsync(new RouteFulfillOptions { Response = answer, Body = health.ToJsonString() });
        });

        await Assertions.Expect(browser.Page.Locator("#server-silent")).ToContainTextAsync("Another process answers here", InTimeContains);
        await Wait.UntilAsync(async () => await PointsAsync(browser, path) < 5, "the plot should have begun anew");
        await AssertWellBehavedAsync(browser);
    }

    [FactWith("chromium", "chromium")]
    public async Task It_keeps_within_the_screen_of_a_desk_and_of_phones()
    {
        await using var server = await TestServer.StartAsync(("WS_TEST_PAUSE", "true"));
        await using var browser = await OpenAsync(server);
        await server.PublishAsync("A-VERY-LONG-SYMBOL-THAT-DOES-NOT-FIT-ANYWHERE-ON-A-PHONE.trade", $"\"{new string('x', 5_000)}\"");
        for (var i = 0; i < 30; i++) await server.PublishAsync($"SYMBOL{i}.trade", """{"price":1}""");
        await Assertions.Expect(browser.Page.Locator("#channel-count")).ToHaveTextAsync("31 channels");
        await Assertions.Expect(browser.Page.Locator("#server-facts dt")).ToHaveCountAsync(7);

        foreach (var (width, height) in Screens)
        {
            await browser.Page.SetViewportSizeAsync(width, height);
            await Wait.UntilAsync(
                async () => await browser.Page.EvaluateAsync<bool>("[...document.querySelectorAll('svg.plot')].every(plot => Math.abs(plot.viewBox.baseVal.width - plot.getBoundingClientRect().width) < 1)"),
                "the plots should take the new size");

            Assert.Equal(0, await browser.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
            Assert.Empty(await browser.Page.EvaluateAsync<string[]>(
                "[...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > innerWidth + 0.5 && !one.closest('.scroll')).map(one => `${one.tagName} ${one.id}`)"));
            Assert.True(await browser.Page.EvaluateAsync<bool>("[...document.querySelectorAll('.scroll')].every(box => box.scrollWidth === box.clientWidth)"), $"a table is wider than its box at {width}");
        }

        await AssertWellBehavedAsync(browser);
    }

    [FactWith("chromium", "chromium")]
    public async Task It_draws_at_most_ten_times_a_second_and_holds_no_more_than_it_shows_whatever_comes()
    {
        // A browser on a busy machine may be far behind, and is to get all the same.
        await using var server = await TestServer.StartAsync(("WS_SEND_QUEUE_SIZE", "100000"), ("WS_SEND_QUEUE_BYTES", "64MB"), ("WS_SLOW_CLIENT_TIMEOUT", "1m"));
        await using var browser = await OpenAsync(server);
        await browser.Page.EvaluateAsync("""
            () => {
              window.drawnAt = [];
              new MutationObserver(() => window.drawnAt.push(document.timeline.currentTime)).observe(document.getElementById('total'), { childList: true, characterData: true, subtree: true });
            }
            """);
        var body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"price\":1}\n", 1_000)));

        for (var i = 0; i < 8; i++)
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/x-ndjson") } };
            using var answer = await server.Http.PostAsync(new Uri($"publish/C{i}.trade", UriKind.Relative), content);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await Assertions.Expect(browser.Page.Locator("#total")).ToHaveTextAsync(8_000.ToString("N0", CultureInfo.InvariantCulture), new LocatorAssertionsToHaveTextOptions { Timeout = 60_000 });
        await Assertions.Expect(browser.Page.Locator("#rows tr")).ToHaveCountAsync(100);
        var times = await browser.Page.EvaluateAsync<double[]>("window.drawnAt");
        Assert.NotEmpty(times);
        Assert.All(times.Zip(times.Skip(1), (before, after) => after - before), pause => Assert.True(pause >= 99, $"drawn again after {pause} ms"));
        foreach (var trouble in (string[])["#gaps", "#holes"]) await Assertions.Expect(browser.Page.Locator(trouble)).ToHaveTextAsync("0");
        await AssertWellBehavedAsync(browser);
    }

    private static async Task<Browser> OpenAsync(TestServer server)
    {
        var browser = await Browser.StartAsync(1280, 800);
        await browser.Page.AddInitScriptAsync("window.violations = []; document.addEventListener('securitypolicyviolation', event => window.violations.push(event.violatedDirective));");
        await browser.Page.GotoAsync(server.BaseAddress.ToString());
        await Assertions.Expect(browser.Page.Locator("#events")).ToContainTextAsync("subscribed to *.trade");
        return browser;
    }

    private static async Task AssertWellBehavedAsync(Browser browser)
    {
        Assert.Empty(await browser.Page.EvaluateAsync<string[]>("window.violations"));
        Assert.Empty(browser.Complaints);
    }

    private static async Task PublishUntilAsync(TestServer server, Func<Task<bool>> isEnough) =>
        await Wait.UntilAsync(
            async () =>
            {
                await server.PublishAsync("BTC.trade", "1");
                return await isEnough();
            },
            "the plot should have points",
            TimeSpan.FromSeconds(60));

    private static Task<int> PointsAsync(Browser browser, string path) =>
        browser.Page.Locator(path).First.EvaluateAsync<int>("path => (path.getAttribute('d') ?? '').split(/[ML]/).length - 1");
}
