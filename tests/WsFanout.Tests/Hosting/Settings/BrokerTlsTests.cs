using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WsFanout.Tests.Hosting.Settings;

/// <summary>Files for TLS to the broker are looked into at start.</summary>
public sealed class BrokerTlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wsfanout-tls-").FullName;
    private readonly string _certificate, _key, _otherKey, _encryptedKey, _text;

    public BrokerTlsTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        _certificate = Write("certificate.pem", certificate.ExportCertificatePem());
        _key = Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        _otherKey = Write("other.pem", other.ExportPkcs8PrivateKeyPem());
        _encryptedKey = Write("encrypted.pem", key.ExportEncryptedPkcs8PrivateKeyPem("password", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000)));
        _text = Write("text.pem", "s3cret words that are neither");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Sound_files_reach_the_connection()
    {
        var result = Reading.Of(("NATS_URL", "tls://broker.example"), ("NATS_TLS_CA", _certificate), ("NATS_TLS_CERT", _certificate), ("NATS_TLS_KEY", _key));

        Reading.Sound(result);
        var stream = result.Settings!.Stream;
        Assert.Equal(("tls", _certificate, _certificate, _key), (stream.Servers[0].Scheme, stream.TlsCaFile, stream.TlsCertFile, stream.TlsKeyFile));
    }

    [Fact]
    public void A_file_without_what_it_should_hold_is_an_error_that_names_it_and_shows_nothing_of_it()
    {
        Assert.Equal($"NATS_TLS_CA=\"{_text}\": holds no certificate in PEM", ErrorOf(("NATS_TLS_CA", _text)));
        Assert.StartsWith($"NATS_TLS_CERT=\"{_text}\": is not what it should be: ", ErrorOf(("NATS_TLS_CERT", _text), ("NATS_TLS_KEY", _key)), StringComparison.Ordinal);
        Assert.StartsWith($"NATS_TLS_KEY=\"{_text}\": is not what it should be: ", ErrorOf(("NATS_TLS_CERT", _certificate), ("NATS_TLS_KEY", _text)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_of_another_certificate_or_one_with_a_password_is_an_error()
    {
        Assert.StartsWith($"NATS_TLS_KEY=\"{_otherKey}\": is not what it should be: ", ErrorOf(("NATS_TLS_CERT", _certificate), ("NATS_TLS_KEY", _otherKey)), StringComparison.Ordinal);
        Assert.Equal($"NATS_TLS_KEY=\"{_encryptedKey}\": is encrypted with a password, which this server can't be given", ErrorOf(("NATS_TLS_CERT", _certificate), ("NATS_TLS_KEY", _encryptedKey)));
    }

    [Theory]
    [InlineData("NATS_TLS_CERT", "NATS_TLS_KEY")]
    [InlineData("NATS_TLS_KEY", "NATS_TLS_CERT")]
    public void A_certificate_and_its_key_belong_together(string given, string missing) =>
        Assert.Equal($"{given}: {missing} is missing; the two belong together", ErrorOf((given, given == "NATS_TLS_CERT" ? _certificate : _key)));

    private static string ErrorOf(params (string Name, string Value)[] variables)
    {
        var error = Assert.Single(Reading.Of(variables).Errors);
        Assert.DoesNotContain("s3cret", error, StringComparison.Ordinal);
        return error;
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
