using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using WsFanout.Hosting.Settings;
using WsFanout.Testing;

namespace WsFanout.Tests.Hosting.Settings;

/// <summary>Settings of tokens and certificates: what they come to, and what keeps the server from starting.</summary>
public sealed class AccessRulesTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("wsfanout-access-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Without_a_key_no_token_is_needed()
    {
        Assert.Null(Reading.Sound(Reading.Of()).Tokens);
        Assert.Null(Reading.Sound(Reading.Of(("WS_AUTH_DEADLINE", "1s"), ("WS_AUTH_QUERY_TOKEN", "true"))).Tokens);
    }

    [Fact]
    public void A_key_says_what_tokens_must_be()
    {
        using var maker = new TokenMaker();

        var bySecret = Reading.Sound(Reading.Of(("WS_AUTH_JWT_SECRET", TokenMaker.Secret), ("WS_AUTH_JWT_ISSUER", "me"), ("WS_AUTH_JWT_AUDIENCE", "us"), ("WS_AUTH_DEADLINE", "2s"), ("WS_AUTH_QUERY_TOKEN", "true")));
        var byFile = Reading.Sound(Reading.Of(("WS_AUTH_JWT_PUBLIC_KEY_FILE", FileWith(maker.EcPublicKey + "\n"))));

        Assert.Equal(("HS256", "me", "us"), (bySecret.Tokens!.Key.Algorithm, bySecret.Tokens.Issuer, bySecret.Tokens.Audience));
        Assert.Equal((TimeSpan.FromSeconds(2), true), (bySecret.Clients.AuthDeadline, bySecret.Host.TakesQueryToken));
        Assert.Equal("ES256", byFile.Tokens!.Key.Algorithm);
        Assert.Equal("RS256", Reading.Sound(Reading.Of(("WS_AUTH_JWT_PUBLIC_KEY", maker.RsaPublicKey))).Tokens!.Key.Algorithm);
    }

    [Fact]
    public void A_private_key_given_as_the_public_one_is_refused_and_not_shown()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = ec.ExportPkcs8PrivateKeyPem();

        var error = Assert.Single(Reading.Of(("WS_AUTH_JWT_PUBLIC_KEY", pem)).Errors);

        Assert.StartsWith("WS_AUTH_JWT_PUBLIC_KEY=\"***\": it is a private key", error, StringComparison.Ordinal);
        Assert.DoesNotContain(pem[40..80], error, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_keys_are_one_too_many()
    {
        using var maker = new TokenMaker();

        Assert.Equal(
            "WS_AUTH_JWT_PUBLIC_KEY: WS_AUTH_JWT_SECRET is given too; give one of the two",
            Assert.Single(Reading.Of(("WS_AUTH_JWT_SECRET", TokenMaker.Secret), ("WS_AUTH_JWT_PUBLIC_KEY", maker.RsaPublicKey)).Errors));
    }

    [Theory]
    [InlineData("WS_AUTH_JWT_ISSUER")]
    [InlineData("WS_AUTH_JWT_AUDIENCE")]
    public void A_demand_on_tokens_without_a_key_would_leave_everything_open(string name) =>
        Assert.StartsWith($"{name}: no token is asked for without WS_AUTH_JWT_SECRET", Assert.Single(Reading.Of((name, "me")).Errors), StringComparison.Ordinal);

    [Fact]
    public void A_short_secret_is_warned_of_and_no_secret_is_shown()
    {
        const string weak = "hunter2-hunter2-hunter2";
        var result = Reading.Of(("WS_AUTH_JWT_SECRET", weak));

        Reading.Sound(result);
        Assert.Contains(result.Notes, note => note.StartsWith("WS_AUTH_JWT_SECRET: is shorter than 32 bytes", StringComparison.Ordinal));
        Assert.Empty(Reading.Of(("WS_AUTH_JWT_SECRET", TokenMaker.Secret)).Notes);
        Assert.DoesNotContain(weak, string.Join('\n', [.. Banner.Lines(result, "1"), .. Banner.Warnings(result)]), StringComparison.Ordinal);
        Assert.Equal("***", Reading.Effective(result, "WS_AUTH_JWT_SECRET").Value);
    }

    [Fact]
    public void Tls_takes_the_stream_way_and_says_so_unless_the_direct_one_was_asked_for()
    {
        var (certificate, key) = Certificate();

        var result = Reading.Of(("WS_TLS_CERT", certificate), ("WS_TLS_KEY", key));
        var direct = Reading.Of(("WS_TLS_CERT", certificate), ("WS_TLS_KEY", key), ("WS_TRANSPORT", "direct"));

        var settings = Reading.Sound(result);
        Assert.False(settings.Host.IsDirect);
        Assert.NotNull(settings.Host.Tls);
        Assert.Contains("/ 80KB", Reading.Effective(result, "WS_MAX_CONNECTIONS").Formula, StringComparison.Ordinal);
        Assert.Equal((450, "1.8 cores × 25 % / 1 ms a handshake with TLS, by the test's calibration"), (settings.Entry.PerSecond, Reading.Effective(result, "WS_CONNECT_RATE").Formula));
        Assert.Contains(result.Remarks, remark => remark.StartsWith("Clients come on the stream way", StringComparison.Ordinal));
        Assert.Equal("WS_TRANSPORT=\"direct\": the direct way has no TLS; with WS_TLS_CERT it is stream or auto", Assert.Single(direct.Errors));
    }

    [Fact]
    public void Files_that_can_not_be_used_are_named_with_the_reason()
    {
        var (certificate, key) = Certificate();
        var (_, other) = Certificate();
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var encrypted = FileWith(ec.ExportEncryptedPkcs8PrivateKeyPem("x", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000)));

        Problem(certificate, other, $"{other}: no key of the first certificate of the other file");
        Problem(certificate, certificate, $"{certificate}: no private key in PEM");
        Problem(certificate, encrypted, $"{encrypted}: the key is encrypted, and there is no setting for its password");
        Problem(certificate, FileWith("x"), "no key in PEM");
        Problem(key, key, $"{key}: no certificate in PEM");
        Problem(FileWith("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"), key, "no certificate in PEM");
        Problem(FileWith(new string('x', (1 << 20) + 1)), key, "larger than 1 MB");
    }

    private static void Problem(string certificate, string key, string expected)
    {
        var error = Assert.Single(Reading.Of(("WS_TLS_CERT", certificate), ("WS_TLS_KEY", key)).Errors);
        Assert.StartsWith("WS_TLS_CERT, WS_TLS_KEY: ", error, StringComparison.Ordinal);
        Assert.EndsWith(expected, error, StringComparison.Ordinal);
    }

    private (string Certificate, string Key) Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return (FileWith(certificate.ExportCertificatePem()), FileWith(key.ExportPkcs8PrivateKeyPem()));
    }

    private string FileWith(string content)
    {
        var path = Path.Combine(_directory.FullName, Path.GetRandomFileName());
        File.WriteAllText(path, content, new UTF8Encoding(false));
        return path;
    }
}
