using WsFanout.Tools;

namespace WsFanout.Tests.Tools;

public sealed class ArgumentTests
{
    [Theory]
    [InlineData("nope", "'nope'")]
    [InlineData("--port 1", "'--port'")]
    [InlineData("tail", "tail")]
    [InlineData("tail --url ftp://host BTC", "must begin with ws://")]
    [InlineData("tail BTC --jsno", "--jsno is no option")]
    [InlineData("tail -- -x", "-x is no option")]
    [InlineData("publish BTC.trade", "publish")]
    [InlineData("publish BTC..trade {}", "'BTC..trade' is not a channel")]
    [InlineData("publish BTC.trade {} --url ws://host", "must begin with http://")]
    [InlineData("health --url http://host/?a=b", "no query")]
    [InlineData("feed --rate 0", "between 0.01 and 1000")]
    [InlineData("feed --rate fast", "'fast'")]
    [InlineData("feed --rate NaN", "'NaN'")]
    [InlineData("feed --rate 1,5", "--rate '1,5': must be a number between 0.01 and 1000 without commas, as 1.5.")]
    [InlineData("feed --seconds 1,000", "--seconds '1,000': must be a number")]
    [InlineData("feed --symbols 1,000", "--symbols '1,000': must be a number between 1 and 10000 without commas.")]
    [InlineData("feed --symbols 1000000", "between 1 and 10000")]
    [InlineData("feed --seconds -1", "'-1'")]
    public async Task What_makes_no_sense_is_2_and_says_why(string arguments, string why)
    {
        await using var run = CommandRun.Start(arguments.Split(' '));

        Assert.Equal(2, await run.ExitAsync());

        Assert.Contains(why, run.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("--help", run.Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(run.Output.Lines);
    }

    [Fact]
    public async Task Without_a_command_it_is_the_server()
    {
        await using var run = CommandRun.StartServer(_ => Task.FromResult(78));

        Assert.Equal(78, await run.ExitAsync());
    }

    [Fact]
    public async Task The_version_is_one_line()
    {
        await using var run = CommandRun.Start("--version");

        Assert.Equal(0, await run.ExitAsync());

        Assert.Matches(@"^wsfanout \d+\.\d+\.\d+\S*\n$", run.Output.ToString());
    }

    [Theory]
    [InlineData(":3002", "http://127.0.0.1:3002/")]
    [InlineData("0.0.0.0:80", "http://127.0.0.1/")]
    [InlineData("[::]:3002", "http://[::1]:3002/")]
    [InlineData("[fe80::1]:3002", "http://[fe80::1]:3002/")]
    [InlineData("ws.example:3002", "http://ws.example:3002/")]
    [InlineData(":0", null)]
    [InlineData("3002", null)]
    [InlineData(":http", null)]
    [InlineData("", null)]
    public void A_listener_is_called_by_loopback_when_it_is_everywhere(string listener, string? called) =>
        Assert.Equal(called, ServerUrl.OfListener(listener)?.AbsoluteUri);

    [Theory]
    [InlineData("ws://host:1/ws", "ws://host:1/ws")]
    [InlineData("http://host:1", "ws://host:1/ws")]
    [InlineData("https://host", "wss://host/ws")]
    [InlineData("host:1", "ws://host:1/ws")]
    [InlineData("wss://host/deep/ws", "wss://host/deep/ws")]
    public void The_clients_endpoint_is_ws_unless_a_path_is_given(string text, string endpoint)
    {
        Assert.True(ServerUrl.TryReadWebSocket(text, out var url, out _));
        Assert.Equal(endpoint, url.AbsoluteUri);
    }
}
