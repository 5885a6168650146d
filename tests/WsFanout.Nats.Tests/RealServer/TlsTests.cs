using WsFanout.Testing;

namespace WsFanout.Nats.Tests.RealServer;

public class TlsTests
{
    public static TheoryData<string> Servers => [.. NatsServerProcess.Binaries];

    [Theory, MemberData(nameof(Servers))]
    public async Task Messages_of_any_size_go_both_ways_encrypted_and_the_connection_is_found_again(string binary)
    {
        using var authority = new TestAuthority();
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary, Config = TestAuthority.TlsBlock(authority.Issue(["localhost"])) });
        await using var connection = await NatsClient.OpenAsync(Options(server, authority));
        var js = new NatsJSContext(connection);
        await js.CreateStreamAsync(new() { Name = "S", Subjects = ["s.>"] });
        var payload = new byte[1_000_000];
        new Random(5).NextBytes(payload);

        var acks = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => js.PublishAsync("s.1", payload, timeout: TimeSpan.FromSeconds(20)).AsTask()));
        await server.RestartAsync();
        await connection.IsOpenAsync(generation: 2);

        Assert.Equal(Enumerable.Range(1, 20).Select(n => (long)n), acks.Select(ack => ack.Seq).Order());
        Assert.True((await js.GetMessageAsync("S", 20, TimeSpan.FromSeconds(20))).Data.Span.SequenceEqual(payload));
        Assert.True(connection.ServerInfo?.TlsRequired);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task A_certificate_for_another_host_or_of_another_time_is_refused_in_words_and_accepted_once_it_is_mended(string binary)
    {
        using var authority = new TestAuthority();
        var good = TestAuthority.TlsBlock(authority.Issue(["localhost", "127.0.0.1"]));
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary, JetStream = false, Config = good });
        foreach (var (bad, reason) in new[]
        {
            (authority.Issue(["other.example", "10.1.2.3"]), "its certificate is not for 'localhost' but for 'other.example', '10.1.2.3'"),
            (authority.Issue(["localhost"], expired: true), "its certificate has expired or is not valid yet: it is from "),
            (authority.Issue(["localhost"], onlyForClients: true), "its certificate is not accepted: NotValidForUsage"),
        })
        {
            await server.RestartAsync(TestAuthority.TlsBlock(bad));
            var log = new LogLines();
            await using var connection = NatsClient.Start(Options(server, authority), log);
            await connection.FailsWithAsync($"tls: localhost:{server.Port}: {reason}");
            Assert.Equal(0, connection.Generation);

            await server.ReloadAsync(good);

            await connection.IsOpenAsync();
            Assert.Single(log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains(reason, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task An_authority_that_is_not_trusted_is_named_and_the_file_is_read_anew_once_it_is()
    {
        using var authority = new TestAuthority("The right one");
        using var other = new TestAuthority("Another one");
        var trusted = other.Write("trusted.pem", File.ReadAllText(other.CaFile));
        await using var server = await NatsServerProcess.StartAsync(new() { JetStream = false, Config = TestAuthority.TlsBlock(authority.Issue(["localhost"])) });
        await using var connection = NatsClient.Start(Options(server, other) with { TlsOpts = new() { CaFile = trusted } });
        await using var bySystem = NatsClient.Start(NatsClient.Options(Tls(server)));
        const string reason = "its certificate is signed by none of the trusted authorities, but by 'CN=The right one'";
        await connection.FailsWithAsync(reason);
        await bySystem.FailsWithAsync(reason);

        await File.AppendAllTextAsync(trusted, "\n" + await File.ReadAllTextAsync(authority.CaFile));

        await connection.IsOpenAsync();
        Assert.Equal(0, bySystem.Generation);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task A_server_that_asks_for_a_certificate_is_shown_one_and_says_so_when_there_is_none(string binary)
    {
        using var authority = new TestAuthority();
        var config = TestAuthority.TlsBlock(authority.Issue(["localhost"]), $"ca_file: \"{authority.CaFile}\", verify: true");
        await using var server = await NatsServerProcess.StartAsync(new() { Binary = binary, JetStream = false, Config = config });
        var (certificate, key) = authority.Issue(["client"]);
        var log = new LogLines();
        await using var without = NatsClient.Start(Options(server, authority), log);
        await using var with = await NatsClient.OpenAsync(Options(server, authority) with { TlsOpts = new() { CaFile = authority.CaFile, CertFile = certificate, KeyFile = key } });

        await without.FailsWithAsync("it asks its clients for a certificate");

        Assert.Equal((0L, 1L), (without.Generation, with.Generation));
    }

    [Fact]
    public async Task A_wrong_password_over_tls_is_told_as_such()
    {
        using var authority = new TestAuthority();
        var config = TestAuthority.TlsBlock(authority.Issue(["localhost"])) + "\nauthorization { token: \"t0ken\" }";
        await using var server = await NatsServerProcess.StartAsync(new() { JetStream = false, Config = config });

        await using var connection = NatsClient.Start(Options(server, authority) with { Token = "wrong" });

        await connection.FailsWithAsync("auth: Authorization Violation");
    }

    [Fact]
    public async Task A_cluster_that_tells_bare_addresses_is_held_to_the_name_that_was_configured()
    {
        using var authority = new TestAuthority();
        await using var cluster = await NatsCluster.StartAsync(2, new() { JetStream = false, Config = TestAuthority.TlsBlock(authority.Issue(["localhost"])) });
        var log = new LogLines();
        await using var connection = await NatsClient.OpenAsync(Options(cluster.Nodes[0], authority), log);
        await Wait.UntilAsync(() => log.Lines.Any(line => line.Contains("told of its cluster", StringComparison.Ordinal)), "the second node is told of");

        await cluster.Nodes[0].KillAsync();
        await connection.IsOpenAsync(generation: 2);

        Assert.Equal("n2", connection.ServerInfo?.ServerName);
    }

    private static NatsOpts Options(NatsServerProcess server, TestAuthority authority) =>
        NatsClient.Options(Tls(server)) with { TlsOpts = new() { CaFile = authority.CaFile } };

    private static Uri Tls(NatsServerProcess server) => new($"tls://localhost:{server.Port}");
}
