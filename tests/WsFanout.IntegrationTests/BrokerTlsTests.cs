using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>A broker that must prove who it is: the server reads from it, or says in its health why it doesn't, without haste, until it is mended.</summary>
public sealed class BrokerTlsTests
{
    private const string Secret = "s3cret-of-this-test";
    private const string Users = "\nauthorization { users: [ { user: feed, password: \"" + Secret + "\" } ] }";

    public enum Fault
    {
        WrongHost,
        Expired,
        UnknownAuthority,
    }

    [Theory]
    [InlineData(Fault.WrongHost, "its certificate is not for 'localhost' but for 'other.example'")]
    [InlineData(Fault.Expired, "its certificate has expired")]
    [InlineData(Fault.UnknownAuthority, "its certificate is signed by none of the trusted authorities, but by 'CN=The broker'")]
    public async Task A_broker_that_cannot_prove_itself_is_not_read_from_until_it_can_and_health_says_why(Fault fault, string reason)
    {
        using var authority = new TestAuthority("The broker");
        using var stranger = new TestAuthority("Another one");
        var good = TestAuthority.TlsBlock(authority.Issue(["localhost"])) + Users;
        var bad = fault switch
        {
            Fault.WrongHost => TestAuthority.TlsBlock(authority.Issue(["other.example"])) + Users,
            Fault.Expired => TestAuthority.TlsBlock(authority.Issue(["localhost"], expired: true)) + Users,
            _ => good,
        };
        var trusted = authority.Write("trusted.pem", await File.ReadAllTextAsync(fault == Fault.UnknownAuthority ? stranger.CaFile : authority.CaFile));
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = bad });
        await using var server = await StartAsync(nats, ("NATS_TLS_CA", trusted));

        await Wait.UntilAsync(async () => (await DetailAsync(server)).Contains($"tls: localhost:{nats.Port}: {reason}", StringComparison.Ordinal), "health should say why");
        Assert.False(await server.IsReadyAsync());
        await nats.ReloadAsync(good);
        await File.AppendAllTextAsync(trusted, "\n" + await File.ReadAllTextAsync(authority.CaFile));
        await Wait.UntilAsync(server.IsReadyAsync, "the server should read from the broker once it can prove itself", TimeSpan.FromSeconds(30));

        Assert.Single(server.Log, line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("No connection to NATS server", StringComparison.Ordinal));

        // Two and a half to five seconds between any two: a hot loop would have filled the log.
        Assert.InRange(server.Log.Count(line => line.Contains("no connection to NATS server", StringComparison.OrdinalIgnoreCase)), 1, 15);
        Assert.DoesNotContain(server.Log, line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(nats.Log, Secret, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_come_over_an_encrypted_connection_whose_certificates_can_be_renewed_meanwhile()
    {
        using var authority = new TestAuthority();
        string Config() => TestAuthority.TlsBlock(authority.Issue(["localhost"]), $"ca_file: \"{authority.CaFile}\", verify: true") + Users;
        var (certificate, key) = authority.Issue(["wsfanout"]);
        await using var nats = await NatsServerProcess.StartAsync(new NatsServerOptions { Config = Config() });
        await using var server = await StartAsync(nats, ("NATS_TLS_CA", authority.CaFile), ("NATS_TLS_CERT", certificate), ("NATS_TLS_KEY", key));
        await server.WaitUntilReadyAsync();
        await using var client = await server.ConnectAsync("?channels=a.b");
        await client.WaitForAsync("subscription_ack");
        await server.PublishAsync("a.b", "1");

        var (renewed, renewedKey) = authority.Issue(["wsfanout"]);
        File.Move(renewed, certificate, overwrite: true);
        File.Move(renewedKey, key, overwrite: true);
        await nats.RestartAsync(Config());
        await Wait.UntilAsync(async () => await server.MetricAsync("ws_nats_reconnects_total") == 1 && await server.IsAttachedAsync(), "it should be attached again");
        await server.PublishAsync("a.b", "2");
        await client.WaitForMessagesAsync(2);

        Assert.Empty(client.OfType("gap"));
    }

    private static Task<TestServer> StartAsync(NatsServerProcess nats, params (string Name, string Value)[] more) => TestServer.StartAsync(
        [("NATS_URL", $"tls://localhost:{nats.Port}"), ("NATS_USER", "feed"), ("NATS_PASSWORD", Secret), .. more]);

    private static async Task<string> DetailAsync(TestServer server)
    {
        var check = JsonNode.Parse(await server.Http.GetStringAsync(new Uri("health", UriKind.Relative)))!["checks"]!["nats"]!;
        return check["detail"]?.GetValue<string>() ?? "";
    }
}
