using System.Net;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>How the client for users is served: <c>/client.js</c>.</summary>
public sealed class ClientModuleTests
{
    [Fact]
    public async Task Pages_of_other_origins_may_import_it_and_it_alone()
    {
        await using var server = await TestServer.StartAsync(("WS_ALLOWED_ORIGINS", "https://app.example.com"));

        using var client = await GetAsync(server, "client.js", ("Origin", "https://elsewhere.example.com"));
        using var page = await GetAsync(server, "app.js", ("Origin", "https://elsewhere.example.com"));

        Assert.Equal(HttpStatusCode.OK, client.StatusCode);
        Assert.Equal("text/javascript; charset=utf-8", client.Content.Headers.ContentType?.ToString());
        Assert.Equal("*", Assert.Single(client.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal("cross-origin", Assert.Single(client.Headers.GetValues("Cross-Origin-Resource-Policy")));
        Assert.Equal("nosniff", Assert.Single(client.Headers.GetValues("X-Content-Type-Options")));
        Assert.False(page.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Who_has_it_asks_again_and_is_told_in_a_word_that_it_is_still_the_same()
    {
        await using var server = await TestServer.StartAsync();
        using var first = await GetAsync(server, "client.js");
        var tag = first.Headers.ETag!.ToString();

        using var again = await GetAsync(server, "client.js", ("If-None-Match", tag));
        using var older = await GetAsync(server, "client.js", ("If-None-Match", "\"0123456789abcdef\""));

        Assert.Equal("no-cache", first.Headers.CacheControl?.ToString());
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(tag, again.Headers.ETag!.ToString());
        Assert.Equal("*", Assert.Single(again.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Empty(await again.Content.ReadAsByteArrayAsync());
        Assert.Equal(await first.Content.ReadAsStringAsync(), await older.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task With_an_admin_address_it_stays_where_the_clients_are()
    {
        await using var server = await TestServer.StartAsync(("WS_ADMIN_ADDR", "127.0.0.1:0"));

        using var there = await GetAsync(server, "client.js");
        using var elsewhere = await server.Http.GetAsync(new Uri("client.js", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, there.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
    }

    private static async Task<HttpResponseMessage> GetAsync(TestServer server, string path, params (string Name, string Value)[] headers)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.BaseAddress, path));
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return await http.SendAsync(request);
    }
}
