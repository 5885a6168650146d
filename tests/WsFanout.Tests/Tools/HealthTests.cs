using Microsoft.AspNetCore.Http;
using WsFanout.Testing;
using WsFanout.Tools;

namespace WsFanout.Tests.Tools;

public sealed class HealthTests
{
    [Fact]
    public async Task A_server_that_lives_but_is_not_ready_passes_the_first_check_only()
    {
        await using var server = await ScriptedServer.ForRequestsAsync(async context =>
        {
            if (context.Request.Path == "/health/live")
            {
                await context.Response.WriteAsync("live\n");
                return;
            }
            context.Response.StatusCode = context.Request.Path == "/health/ready" ? 503 : 404;
            await context.Response.WriteAsync("draining");
        });
        await using var live = CommandRun.Start("health", "--url", server.Http);
        await using var ready = CommandRun.Start("health", "--ready", "--url", server.Http);

        Assert.Equal(0, await live.ExitAsync());
        Assert.Equal(1, await ready.ExitAsync());

        Assert.Equal(["live"], live.Output.Lines);
        Assert.Equal([$"wsfanout health: {server.Http}/health/ready: 503 draining"], ready.Error.Lines);
    }

    [Fact]
    public async Task The_address_comes_from_the_settings_of_the_server()
    {
        await using var server = await ScriptedServer.ForRequestsAsync(context => context.Response.WriteAsync("live"));
        var port = new Uri(server.Http).Port;
        await using var health = CommandRun.Start(new ToolContext { Address = $":{port}" }, "health");

        Assert.Equal(0, await health.ExitAsync());
    }

    [Fact]
    public async Task An_address_that_cannot_be_called_asks_for_another()
    {
        await using var health = CommandRun.Start(new ToolContext { Address = "127.0.0.1:0" }, "health");

        Assert.Equal(2, await health.ExitAsync());

        Assert.Contains("give --url", health.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_listening_is_1()
    {
        await using var health = CommandRun.Start("health", "--url", $"http://127.0.0.1:{FreePort.Next()}");

        Assert.Equal(1, await health.ExitAsync());

        Assert.Contains("does not answer: Connection refused", health.Error.ToString(), StringComparison.Ordinal);
    }
}
