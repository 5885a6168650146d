using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>Scrapes while everything moves: each one is whole, and nothing in it ever goes back.</summary>
public sealed class ScrapeTests
{
    private const int Scrapers = 4;
    private const int ScrapesEach = 250;

    [Fact]
    public async Task A_thousand_scrapes_of_a_server_at_work_are_valid_and_their_counters_never_fall()
    {
        // Clients, publisher and scrapers share the server's process and its CPU: that is no reason to refuse anybody here.
        await using var server = await TestServer.StartAsync(("WS_ADMIN_ADDR", "127.0.0.1:0"), ("WS_CPU_REJECT_THRESHOLD", "100"), ("WS_CPU_PAUSE_THRESHOLD", "100"));
        using var stop = new CancellationTokenSource();
        var idle = ExpositionText.Read(await server.Http.GetStringAsync(new Uri("metrics", UriKind.Relative)));
        await using var reader = await server.ConnectAsync("?channels=a");
        await reader.WaitForAsync("subscription_ack");
        var work = Task.WhenAll(PublishAsync(server, stop.Token), ComeAndGoAsync(server, stop.Token));

        var last = await Task.WhenAll(Enumerable.Range(0, Scrapers).Select(_ => ScrapeAsync(server)));
        await stop.CancelAsync();
        await work;

        // What was scraped was at work, and no client has made a series of its own.
        Assert.All(last, scrape => Assert.True(scrape.Series["ws_messages_sent_total"] > 0 && scrape.Series["ws_disconnects_total{reason=\"client_left\"}"] > 0, "traffic should be in the scrape"));
        Assert.All(last, scrape => Assert.Equal(idle.Series.Keys, scrape.Series.Keys));
    }

    [Theory]
    [InlineData("# HELP a A.\n# TYPE a counter\na 1", "the last line has no end")]
    [InlineData("# TYPE a counter\na 1\n", "a type without the help of the same name before it: # TYPE a counter")]
    [InlineData("# HELP a A.\n# TYPE a counter\na 1\na 2\n", "a series that came before: a 2")]
    [InlineData("# HELP a A.\n# TYPE a counter\na -1\n", "a count that is none: a -1")]
    [InlineData("# HELP a A.\n# TYPE a gauge\na one\n", "no value: a one")]
    [InlineData("# HELP a A.\n# TYPE a gauge\nb 1\n", "a sample outside its family: b 1")]
    [InlineData("# HELP a A.\n# TYPE a gauge\na{x=\"\"\"} 1\n", "no help, type or sample: a{x=\"\"\"} 1")]
    [InlineData("# HELP a A.\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n", "a bucket that does not rise: a_bucket{le=\"+Inf\"} 1")]
    [InlineData("# HELP a A.\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n", "a count that is not that of the last bucket, which is +Inf: a_count 1")]
    public void A_scrape_that_is_broken_is_seen(string text, string complaint) => Assert.Contains(complaint, ExpositionText.Read(text).Complaints);

    private static async Task<ExpositionText> ScrapeAsync(TestServer server)
    {
        var before = ExpositionText.Read("");
        for (var i = 0; i < ScrapesEach; i++)
        {
            var scrape = ExpositionText.Read(await server.Http.GetStringAsync(new Uri("metrics", UriKind.Relative)));
            Assert.Empty(scrape.Complaints);
            Assert.DoesNotContain(before.Counters, series => scrape.Series.GetValueOrDefault(series, -1) < before.Series[series]);
            before = scrape;
        }

        return before;
    }

    private static async Task PublishAsync(TestServer server, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested) await server.PublishAsync("a", "1");
    }

    private static async Task ComeAndGoAsync(TestServer server, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using var client = await RawClient.ConnectAsync(server, "?channels=a");
            await client.SendCloseAsync(1000);
            await client.AssertClosedAsync(1000);
        }
    }
}
