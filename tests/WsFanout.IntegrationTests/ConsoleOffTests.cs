using System.Net;
using WsFanout.Hosting.Page;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

/// <summary>WS_CONSOLE=false: no page, but everything else.</summary>
public sealed class ConsoleOffTests
{
    [Fact]
    public async Task The_page_and_its_files_are_404_and_the_client_for_other_pages_stays()
    {
        await using var server = await TestServer.StartAsync(("WS_CONSOLE", "false"));

        foreach (var path in PageFiles.Paths) Assert.Equal(path == PageFiles.Client ? HttpStatusCode.OK : HttpStatusCode.NotFound, await StatusAsync(server.BaseAddress, path));
        await using var client = await server.ConnectAsync("?channels=a");
        await client.WaitForAsync("subscription_ack");
        await server.PublishAsync("a", "1");
        await client.WaitForMessagesAsync(1);
    }

    [Fact]
    public async Task With_an_admin_address_they_are_at_neither()
    {
        await using var server = await TestServer.StartAsync(("WS_CONSOLE", "false"), ("WS_ADMIN_ADDR", "127.0.0.1:0"));

        foreach (var path in PageFiles.Paths)
        {
            Assert.Equal(path == PageFiles.Client ? HttpStatusCode.OK : HttpStatusCode.NotFound, await StatusAsync(server.BaseAddress, path));
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(server.AdminAddress, path));
        }

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server.AdminAddress, "/health"));
    }

    private static async Task<HttpStatusCode> StatusAsync(Uri address, string path)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await http.GetAsync(new Uri(address, path));
        return answer.StatusCode;
    }
}
