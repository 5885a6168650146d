using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The program at its addresses: what it says of them, which it can't have, and that its own commands find them.</summary>
public sealed class ListenTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task The_commands_ask_the_admin_address_when_there_is_one()
    {
        using var folder = new EmptyFolder();
        var admin = ("WS_ADMIN_ADDR", $"127.0.0.1:{FreePort.Next()}");
        var (program, address) = await ServerProgram.ServeAsync(folder.Path, admin);
        using var _ = program;
        var main = ("WS_ADDR", address.Authority);

        using var health = ServerProgram.Start(folder.Path, ["health", "--ready"], main, admin);
        using var publish = ServerProgram.Start(folder.Path, ["publish", "BTC.trade", "1"], main, admin);
        using var lost = ServerProgram.Start(folder.Path, ["health"], main);

        Assert.Equal(0, await health.WaitForExitAsync(Soon));
        Assert.Equal(0, await publish.WaitForExitAsync(Soon));
        Assert.Equal("{\"seq\":1}", Assert.Single(publish.Output));
        Assert.Equal(1, await lost.WaitForExitAsync(Soon));
        Assert.Contains("404", Assert.Single(lost.Errors), StringComparison.Ordinal);
        Assert.Equal(admin.Item2, Said(program, "Listening on")["AdminAddress"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("WS_ADDR", "WS_ADMIN_ADDR")]
    [InlineData("WS_ADMIN_ADDR", "WS_ADDR")]
    public async Task Of_two_addresses_the_one_that_is_in_use_is_named(string taken, string free)
    {
        using var folder = new EmptyFolder();
        var (program, address) = await ServerProgram.ServeAsync(folder.Path);
        using var _ = program;

        using var second = ServerProgram.Start(folder.Path, [], (taken, address.Authority), (free, "127.0.0.1:0"));

        Assert.Equal(1, await second.WaitForExitAsync(Soon));
        Assert.Equal(address.Authority, Said(second, "Can't listen on")["Address"]!.GetValue<string>());
        Assert.DoesNotContain(second.Output, line => line.Contains("Listening on", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("203.0.113.7:3002")]
    [InlineData("no-such-host.invalid:3002")]
    public async Task An_address_that_is_not_this_machine_s_is_said_plainly(string address)
    {
        using var folder = new EmptyFolder();

        using var program = ServerProgram.Start(folder.Path, [], ("WS_ADDR", address), ("WS_ADMIN_ADDR", "127.0.0.1:0"));

        Assert.Equal(1, await program.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(address, Said(program, "Can't listen on")["Address"]!.GetValue<string>());

        // Nothing else went wrong on the way out.
        Assert.Single(program.Output, line => JsonNode.Parse(line)!["level"]!.GetValue<string>() is "warning" or "error" or "critical");
        Assert.Empty(program.Errors);
    }

    [Fact]
    public async Task An_address_may_be_a_name()
    {
        using var folder = new EmptyFolder();
        var port = FreePort.Next();

        var (program, address) = await ServerProgram.ServeAsync(folder.Path, ("WS_ADDR", $"localhost:{port}"));
        using var _ = program;
        using var http = new HttpClient { BaseAddress = address };

        Assert.Equal(port, address.Port);
        Assert.Contains("true", await http.GetStringAsync(new Uri("health/live", UriKind.Relative)), StringComparison.Ordinal);
    }

    private static JsonNode Said(ServerProgram program, string start) => Assert.Single(
        program.Output.Where(line => line.StartsWith('{')).Select(line => JsonNode.Parse(line)!),
        line => line["message"]!.GetValue<string>().StartsWith(start, StringComparison.Ordinal));
}
