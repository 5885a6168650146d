using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WsFanout.Clients.Tokens;

namespace WsFanout.Tests.Clients.Tokens;

public sealed class PublicKeyTextTests
{
    [Fact]
    public void The_kind_of_a_key_says_the_algorithm_however_it_is_wrapped()
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=x", ec, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1));

        Assert.Equal("RS256", PublicKeyText.Read(rsa.ExportSubjectPublicKeyInfoPem(), out _)?.Algorithm);
        Assert.Equal("RS256", PublicKeyText.Read(rsa.ExportRSAPublicKeyPem() + "\n", out _)?.Algorithm);
        Assert.Equal("ES256", PublicKeyText.Read("# from the issuer\n" + ec.ExportSubjectPublicKeyInfoPem(), out _)?.Algorithm);
        Assert.Equal("ES256", PublicKeyText.Read(certificate.ExportCertificatePem(), out _)?.Algorithm);
    }

    [Fact]
    public void What_can_not_be_used_is_said_and_nothing_of_it_shown()
    {
        using var rsa = RSA.Create(2048);
        using var small = RSA.Create(1024);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        const string edwards = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----";

        Problem("no pem", "it is no PEM text");
        Problem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "the key in it can't be read");
        Problem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "the key in it can't be read");
        Problem("-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----", "it is another kind of PEM text");
        Problem(rsa.ExportPkcs8PrivateKeyPem(), "it is a private key, which belongs to whoever makes tokens, not here");
        Problem(ec.ExportECPrivateKeyPem(), "it is a private key, which belongs to whoever makes tokens, not here");
        Problem(rsa.ExportSubjectPublicKeyInfoPem() + "\n" + ec.ExportSubjectPublicKeyInfoPem(), "it holds more than one key");
        Problem(small.ExportSubjectPublicKeyInfoPem(), "it is an RSA key of 1024 bits");
        Problem(other.ExportSubjectPublicKeyInfoPem(), "it is an EC key on another curve than P-256");
        Problem(edwards, "it is neither an RSA nor an EC key");
    }

    private static void Problem(string pem, string expected)
    {
        Assert.Null(PublicKeyText.Read(pem, out var problem));
        Assert.Equal(expected, problem);
    }
}
