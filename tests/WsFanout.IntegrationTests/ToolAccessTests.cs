using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The commands of the program at a server that asks for tokens and speaks TLS.</summary>
public sealed class ToolAccessTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private static string Token => TokenMaker.Of(TokenMaker.GoodFor(TimeProvider.System.GetUtcNow()));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tail_shows_the_token_that_it_is_given(bool byOption)
    {
        await using var server = await TestServer.StartAsync(("WS_AUTH_JWT_SECRET", TokenMaker.Secret));
        using var folder = new EmptyFolder();
        using var tail = ServerProgram.Start(
            folder.Path,
            ["tail", "a", "--url", server.WebSocketAddress.ToString(), .. byOption ? (string[])["--token", Token] : []],
            byOption ? [] : [("WS_TOKEN", Token + "\n")]);
        await Wait.UntilAsync(async () => tail.HasExited || await server.MetricAsync("ws_subscriptions_current") == 1, "it should subscribe");

        await server.PublishAsync("a", "\"hello\"");

        await Wait.UntilAsync(() => tail.Output.Any(line => line.Contains("hello", StringComparison.Ordinal)), "the message should be printed");
    }

    [Fact]
    public async Task Tail_without_a_token_says_that_it_is_refused_and_ends()
    {
        await using var server = await TestServer.StartAsync(("WS_AUTH_JWT_SECRET", TokenMaker.Secret), ("WS_AUTH_DEADLINE", "300ms"));
        using var folder = new EmptyFolder();
        using var none = ServerProgram.Start(folder.Path, ["tail", "a", "--url", server.WebSocketAddress.ToString()]);
        using var wrong = ServerProgram.Start(folder.Path, ["tail", "a", "--url", server.WebSocketAddress.ToString(), "--token", "x.y.z"]);

        Assert.Equal(1, await none.WaitForExitAsync(Soon));
        Assert.Equal(1, await wrong.WaitForExitAsync(Soon));

        Assert.Contains(none.Errors, line => line.Contains("unauthorized", StringComparison.Ordinal));
        Assert.Contains(wrong.Errors, line => line.Contains("401 unauthorized", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_health_check_of_a_container_finds_its_server_by_tls()
    {
        using var certificate = new TestCertificate();
        using var folder = new EmptyFolder();
        (string, string)[] settings = [("WS_ADDR", $":{FreePort.Next()}"), .. certificate.Settings];
        using var server = ServerProgram.Start(folder.Path, [], settings);
        await Wait.UntilAsync(() => server.HasExited || server.Output.Any(line => line.Contains("Listening on", StringComparison.Ordinal)), "the server should listen");

        using var health = ServerProgram.Start(folder.Path, ["health"], settings);

        Assert.Equal(0, await health.WaitForExitAsync(Soon));
    }

    [Fact]
    public async Task A_key_of_another_certificate_keeps_the_server_from_starting_and_is_named()
    {
        using var certificate = new TestCertificate();
        using var other = new TestCertificate();
        using var folder = new EmptyFolder();
        using var server = ServerProgram.Start(folder.Path, [], ("WS_ADDR", "127.0.0.1:0"), ("WS_TLS_CERT", certificate.CertificatePath), ("WS_TLS_KEY", other.KeyPath));

        Assert.Equal(78, await server.WaitForExitAsync(Soon));

        Assert.Equal($"WS_TLS_CERT, WS_TLS_KEY: {other.KeyPath}: no key of the first certificate of the other file", Assert.Single(server.Errors));
    }
}
