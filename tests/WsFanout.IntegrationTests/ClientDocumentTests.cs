using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>What the documents say of <c>/client.js</c>, done as their readers would.</summary>
public sealed class ClientDocumentTests
{
    [FactWith("node", "nodejs")]
    public async Task The_program_for_Node_prints_messages_and_resumes_after_a_cut()
    {
        await using var server = await TestServer.StartAsync();
        using var between = new HoldingProxy(server.BaseAddress.Port);
        using var folder = new EmptyFolder();
        using var client = await NodeClient.OfClientDocumentAsync(folder.Path, between.Url.Port);
        await UntilAsync(client, lines => lines.Contains("connected "));
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_subscriptions_current") == 2, "it should have subscribed");

        await server.PublishAsync("BTC.trade", "{\"price\":1}");
        await UntilAsync(client, lines => lines.Any(line => line.StartsWith("BTC.trade 1 { price: 1 }", StringComparison.Ordinal)));
        between.Cut();

        await UntilAsync(client, lines => lines.Count(line => line == "connected ") == 2);
        await Wait.UntilAsync(
            async () => await server.MetricAsync("ws_connections_total") == 2 && server.ClientCount == 1 && await server.MetricAsync("ws_subscriptions_current") == 2,
            "it should have subscribed again, and the server have noticed that the first connection is gone");
        await server.PublishAsync("ETH.trade", "2");
        await UntilAsync(client, lines => lines.Contains("ETH.trade 2 2"));
        Assert.DoesNotContain(client.Lines, line => line.Contains("missing", StringComparison.Ordinal));
    }

    [FactWith("chromium", "chromium")]
    public async Task The_pages_work_at_another_origin()
    {
        await using var server = await TestServer.StartAsync();
        await using var browser = await Browser.StartAsync(800, 600);
        var printed = new List<string>();
        browser.Page.Console += (_, message) => printed.Add(message.Text);
        foreach (var document in (string[])["README.md", "docs/CLIENT.md"])
        {
            await using var elsewhere = await ServeAsync(NodeClient.Code(document, "html", server.BaseAddress.Port));
            await browser.Page.GotoAsync(elsewhere.Urls.Single());
            await Wait.UntilAsync(async () => await server.MetricAsync("ws_subscriptions_current") > 0, $"the page of {document} should subscribe");
            await server.PublishAsync("BTC.trade", "{\"price\":1}");

            if (document == "README.md") await Wait.UntilAsync(() => printed.Count > 0, "the page should print the message");
            else await Assertions.Expect(browser.Page.Locator("body")).ToContainTextAsync("BTC.trade 2 {\"price\":1}");
            await browser.Page.GotoAsync("about:blank");
            await Wait.UntilAsync(async () => await server.MetricAsync("ws_subscriptions_current") == 0, "the page should have left");
        }

        Assert.Contains("BTC.trade 1", Assert.Single(printed), StringComparison.Ordinal);
        Assert.Empty(browser.Complaints);
    }

    private static async Task<WebApplication> ServeAsync(string page)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context =>
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            return context.Response.WriteAsync("<!doctype html><link rel=\"icon\" href=\"data:,\"><body>" + page);
        });
        await app.StartAsync();
        return app;
    }

    private static Task UntilAsync(NodeClient client, Func<IReadOnlyCollection<string>, bool> condition) => Wait.UntilAsync(
        () => Task.FromResult(condition(client.Lines)), () => $"the client should have printed something else than:\n{string.Join('\n', client.Lines)}", TimeSpan.FromSeconds(30));
}
