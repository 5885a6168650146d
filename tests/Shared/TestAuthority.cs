using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WsFanout.Testing;

/// <summary>An authority of the test's own, and what it signs: PEM files in a folder that goes with it.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1", ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private readonly string _folder = Directory.CreateTempSubdirectory("wsfanout-ca-").FullName;
    private readonly X509Certificate2 _authority;

    public TestAuthority(string name = "Test authority")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        _authority = request.CreateSelfSigned(_now.AddYears(-2), _now.AddYears(2));
        CaFile = Write("ca.pem", _authority.ExportCertificatePem());
    }

    public string CaFile { get; }

    /// <summary>What a nats-server's configuration says to be encrypted with this certificate.</summary>
    public static string TlsBlock((string Certificate, string Key) pair, string more = "") =>
        $"tls {{ cert_file: \"{pair.Certificate}\", key_file: \"{pair.Key}\", timeout: 5{(more.Length > 0 ? ", " : "")}{more} }}";

    /// <summary>Signs a certificate for host names and IP addresses.</summary>
    /// <param name="names">Whom it is for.</param>
    /// <param name="expired">Its time is over since a day.</param>
    /// <param name="onlyForClients">No server may show it.</param>
    public (string Certificate, string Key) Issue(string[] names, bool expired = false, bool onlyForClients = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            onlyForClients ? [new(ClientAuthentication)] : [new(ServerAuthentication), new(ClientAuthentication)], critical: false));
        using var certificate = request.Create(_authority, _now.AddDays(-30), _now.AddDays(expired ? -1 : 30), RandomNumberGenerator.GetBytes(8));
        var file = RandomNumberGenerator.GetHexString(8, lowercase: true);
        return (Write($"{file}.pem", certificate.ExportCertificatePem()), Write($"{file}.key", key.ExportPkcs8PrivateKeyPem()));
    }

    /// <summary>Writes any file into the folder.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
