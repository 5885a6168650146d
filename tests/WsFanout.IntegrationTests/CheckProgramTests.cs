using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary><c>wsfanout check</c> as operators run it: before the start, beside a running server, beside a stranger.</summary>
public sealed class CheckProgramTests : IDisposable
{
    private const string Secret = "s3cret-of-this-test";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly EmptyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Settings_that_can_t_be_are_78_and_nothing_is_said_of_the_secrets()
    {
        var (exit, output) = await RunAsync(["check"], ("WS_MAX_CONNECTIONS", "many"), ("NATS_PASSWORD", Secret));

        Assert.Equal(78, exit);
        Assert.Contains("WS_MAX_CONNECTIONS=\"many\"", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_is_down_is_1_in_text_and_in_json()
    {
        var url = $"nats://user:{Secret}@127.0.0.1:{FreePort.Next()}";

        var (exit, output) = await RunAsync(["check"], ("WS_ADDR", "127.0.0.1:0"), ("NATS_URL", url));
        var (jsonExit, json) = await RunAsync(["check", "--output", "json"], ("WS_ADDR", "127.0.0.1:0"), ("NATS_URL", url));

        Assert.Equal((1, 1), (exit, jsonExit));
        Assert.Contains("connect refused", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
        Assert.Equal(1, JsonNode.Parse(json)!["exit_code"]!.GetValue<int>());
        Assert.DoesNotContain(Secret, output + json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beside_a_running_server_it_says_so_and_that_is_no_error()
    {
        var (server, address) = await ServerProgram.ServeAsync(_folder.Path, ("WS_MAX_CONNECTIONS", "100"));
        using var _ = server;

        var listen = await ListenItemAsync($"127.0.0.1:{address.Port.ToString(CultureInfo.InvariantCulture)}");

        Assert.Equal("warning", listen["verdict"]!.GetValue<string>());
        Assert.StartsWith("a WsFanout server that is running (", listen["found"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_somebody_else_has_is_an_error_that_names_the_process()
    {
        using var stranger = new TcpListener(IPAddress.Loopback, 0);
        stranger.Start();
        var port = ((IPEndPoint)stranger.LocalEndpoint).Port;

        var listen = await ListenItemAsync(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"));

        Assert.Equal("error", listen["verdict"]!.GetValue<string>());
        Assert.EndsWith(string.Create(CultureInfo.InvariantCulture, $", process {Environment.ProcessId}"), listen["found"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:0", "ok", "system's choice")]
    [InlineData("192.0.2.1:3002", "error", "no address of this machine")]
    [InlineData("nowhere.invalid:3002", "error", "not known as a name")]
    public async Task An_address_is_tried_as_the_server_would(string address, string verdict, string words)
    {
        var listen = await ListenItemAsync(address);

        Assert.Equal(verdict, listen["verdict"]!.GetValue<string>());
        Assert.Contains(words, $"{listen["found"]} {listen["detail"]}", StringComparison.Ordinal);
    }

    private async Task<JsonNode> ListenItemAsync(string address)
    {
        var (_, output) = await RunAsync(["check", "--output", "json"], ("WS_ADDR", address), ("WS_MAX_CONNECTIONS", "100"));
        return Assert.Single(JsonNode.Parse(output)!["items"]!.AsArray(), item => item!["name"]!.GetValue<string>() == "listen")!;
    }

    private async Task<(int Exit, string Output)> RunAsync(string[] arguments, params (string Name, string Value)[] variables)
    {
        using var program = ServerProgram.Start(_folder.Path, arguments, variables);
        var exit = await program.WaitForExitAsync(Deadline);
        return (exit, string.Join('\n', program.Output.Concat(program.Errors)));
    }
}
