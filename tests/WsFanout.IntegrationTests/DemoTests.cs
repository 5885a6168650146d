using System.Diagnostics;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The demo of <c>make run</c>, from its first line to the end of its last process.</summary>
public sealed class DemoTests
{
    private const int SigHup = 1, SigInt = 2, SigKill = 9, SigTerm = 15;

    [Fact]
    public async Task It_brings_trades_through_a_stream_and_what_its_curl_publishes_and_leaves_nothing_behind()
    {
        using var demo = await DemoRun.StartAndWaitAsync(("NATS_PORT", $"{FreePort.Next()}"), ("FEED_RATE", "50"));
        await using var client = await TestClient.ConnectAsync(new Uri($"{demo["page"].Replace("http", "ws", StringComparison.Ordinal)}ws?channels=*.trade"));
        await client.WaitForMessagesAsync(20);
        await using var broker = await Broker.ConnectAsync(new Uri(demo["NATS"]));

        var stored = (await broker.StoredAsync()).ToDictionary(message => message.Sequence, message => message.Channel);
        foreach (var message in client.Messages.Take(20)) Assert.Equal(stored[message["seq"]!.GetValue<long>()], message["channel"]!.GetValue<string>());

        Assert.Contains("\"seq\":", await RunAsync(demo["publish"]), StringComparison.Ordinal);
        await Wait.UntilAsync(
            () => client.Messages.Any(message => message["data"]?["hello"]?.GetValue<string>() == "world"), "what the printed curl published should arrive");
        using var http = new HttpClient();
        Assert.Contains("<html", await http.GetStringAsync(new Uri(demo["page"])), StringComparison.Ordinal);

        Assert.Contains("nats-server", demo.Processes());
        demo.Signal(SigInt);
        Assert.Equal(130, await demo.WaitForExitAsync());
        await demo.WaitUntilNothingIsLeftAsync();
    }

    [Theory]
    [InlineData(SigTerm, 143)]
    [InlineData(SigHup, 129)]
    [InlineData(SigKill, 137)]
    public async Task However_it_ends_nothing_is_left(int signal, int exitCode)
    {
        await using var nats = await NatsServerProcess.StartAsync();
        using var demo = await DemoRun.StartAndWaitAsync(("NATS_URL", nats.Url.ToString()));
        Assert.Contains("wsfanout", demo.Processes());

        demo.Signal(signal);

        Assert.Equal(exitCode, await demo.WaitForExitAsync());
        await demo.WaitUntilNothingIsLeftAsync();
        Assert.False(nats.HasExited);
    }

    [Fact]
    public async Task A_second_one_on_the_same_port_says_so_and_the_first_goes_on()
    {
        await using var nats = await NatsServerProcess.StartAsync();
        using var first = await DemoRun.StartAndWaitAsync(("NATS_URL", nats.Url.ToString()));
        var address = new Uri(first["page"]);

        using var second = DemoRun.Start(("NATS_URL", nats.Url.ToString()), ("WS_ADDR", $"127.0.0.1:{address.Port}"));

        Assert.Equal(1, await second.WaitForExitAsync());
        Assert.Contains($"port {address.Port} is in use", second.Printed, StringComparison.Ordinal);
        Assert.Contains($"WS_ADDR=127.0.0.1:{address.Port + 1} make run", second.Printed, StringComparison.Ordinal);
        await second.WaitUntilNothingIsLeftAsync();
        await using var client = await TestClient.ConnectAsync(new Uri($"ws://127.0.0.1:{address.Port}/ws?channels=*.trade"));
        await client.WaitForMessagesAsync(3);
    }

    [Fact]
    public async Task The_end_of_a_part_ends_it_and_it_says_which()
    {
        using var demo = await DemoRun.StartAndWaitAsync(("NATS_PORT", $"{FreePort.Next()}"));

        foreach (var broker in Process.GetProcessesByName("nats-server").Where(process => demo.Owns(process.Id))) broker.Kill();

        Assert.Equal(1, await demo.WaitForExitAsync());
        Assert.Contains("the nats-server has ended (exit code 137), so the demo ends.", demo.Printed, StringComparison.Ordinal);
        await demo.WaitUntilNothingIsLeftAsync();
    }

    [Theory]
    [InlineData("NATS_SERVER", "/nowhere/nats-server", "NATS_SERVER=/nowhere/nats-server is not a program.")]
    [InlineData("WSFANOUT", "/nowhere/wsfanout", "/nowhere/wsfanout is not there: run 'make build' first.")]
    [InlineData("WS_ADDR", "3002", "WS_ADDR=3002: must be host:port or :port.")]
    [InlineData("WS_MAX_CONNECTIONS", "many", "WS_MAX_CONNECTIONS")]
    public async Task What_it_can_not_start_with_is_named(string variable, string value, string sentence)
    {
        using var demo = DemoRun.Start(("NATS_PORT", $"{FreePort.Next()}"), (variable, value));

        Assert.Equal(1, await demo.WaitForExitAsync());
        Assert.Contains(sentence, demo.Printed, StringComparison.Ordinal);
        await demo.WaitUntilNothingIsLeftAsync();
    }

    private static async Task<string> RunAsync(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var printed = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.Equal(0, shell.ExitCode);
        return printed;
    }
}
