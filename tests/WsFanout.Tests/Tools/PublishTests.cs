using System.Text;
using Microsoft.AspNetCore.Http;
using WsFanout.Testing;
using WsFanout.Tools;

namespace WsFanout.Tests.Tools;

public sealed class PublishTests
{
    [Fact]
    public async Task It_prints_the_number_that_the_message_got()
    {
        string? path = null, body = null, token = null;
        await using var server = await ScriptedServer.ForRequestsAsync(async context =>
        {
            path = context.Request.Method + " " + context.Request.Path;
            token = context.Request.Headers.Authorization;
            body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            await context.Response.WriteAsync("""{"seq":42}""");
        });
        await using var publish = CommandRun.Start("publish", "BTC.trade", """{"price":1}""", "--token", "geheim", "--url", server.Http);

        Assert.Equal(0, await publish.ExitAsync());

        Assert.Equal(["""{"seq":42}"""], publish.Output.Lines);
        Assert.Equal(("POST /publish/BTC.trade", """{"price":1}""", "Bearer geheim"), (path, body, token));
    }

    [Fact]
    public async Task A_dash_reads_the_payload_from_standard_input_and_token_and_address_may_come_from_the_settings()
    {
        string? body = null, token = null;
        await using var server = await ScriptedServer.ForRequestsAsync(async context =>
        {
            token = context.Request.Headers.Authorization;
            body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            await context.Response.WriteAsync("""{"seq":1}""");
        });
        var context = new ToolContext
        {
            OpenInput = () => new MemoryStream(Encoding.UTF8.GetBytes("from the pipe")),
            PublishToken = "geheim",
            AdminAddress = "127.0.0.1:1",
            PublishAddress = server.Http["http://".Length..],
        };
        await using var publish = CommandRun.Start(context, "publish", "BTC.trade", "-");

        Assert.Equal(0, await publish.ExitAsync());

        Assert.Equal(("from the pipe", "Bearer geheim"), (body, token));
    }

    [Fact]
    public async Task A_refusal_is_told_with_status_and_reason()
    {
        await using var server = await ScriptedServer.ForRequestsAsync(async context =>
        {
            context.Response.StatusCode = 403;
            await context.Response.WriteAsJsonAsync(new { error = "forbidden", message = "set WS_PUBLISH_TOKEN" });
        });
        await using var publish = CommandRun.Start("publish", "BTC.trade", "@1", "--url", server.Http);

        Assert.Equal(1, await publish.ExitAsync());

        Assert.Equal(["wsfanout publish: refused: 403 forbidden: set WS_PUBLISH_TOKEN"], publish.Error.Lines);
        Assert.Empty(publish.Output.Lines);
    }

    [Fact]
    public async Task A_refusal_without_a_reason_shows_the_words_of_its_status()
    {
        await using var server = await ScriptedServer.ForRequestsAsync(context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        await using var publish = CommandRun.Start("publish", "BTC.trade", "1", "--url", server.Http);

        Assert.Equal(1, await publish.ExitAsync());

        Assert.Equal(["wsfanout publish: refused: 503 Service Unavailable"], publish.Error.Lines);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_by_its_address()
    {
        var address = $"http://127.0.0.1:{FreePort.Next()}";
        await using var publish = CommandRun.Start("publish", "BTC.trade", "1", "--url", address);

        Assert.Equal(1, await publish.ExitAsync());

        Assert.Equal([$"wsfanout publish: {address} does not answer: Connection refused"], publish.Error.Lines);
    }
}
