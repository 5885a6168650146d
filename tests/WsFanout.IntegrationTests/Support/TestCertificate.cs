using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A certificate for this machine with its key, signed by one that an authority of the test's own has signed: files as a server gets them.</summary>
internal sealed class TestCertificate : IDisposable
{
    private readonly EmptyFolder _folder = new();
    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _middle;

    public TestCertificate()
    {
        Root = Authority("CN=root", _rootKey).CreateSelfSigned(From, Until);
        using var middle = Authority("CN=middle", _middleKey).Create(Root, From, Until, [1]);
        _middle = middle.CopyWithPrivateKey(_middleKey);
        Renew();
    }

    private static DateTimeOffset From { get; } = TimeProvider.System.GetUtcNow().AddDays(-1);

    private static DateTimeOffset Until { get; } = From.AddDays(30);

    /// <summary>What clients are to trust.</summary>
    public X509Certificate2 Root { get; }

    public string CertificatePath => Path.Combine(_folder.Path, "tls.crt");

    public string KeyPath => Path.Combine(_folder.Path, "tls.key");

    public (string Name, string Value)[] Settings => [("WS_TLS_CERT", CertificatePath), ("WS_TLS_KEY", KeyPath)];

    /// <summary>Serial number of the newest.</summary>
    public string Serial { get; private set; } = "";

    /// <summary>Puts a new certificate and its key in the place of the old.</summary>
    public void Renew()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_middle, From, Until.AddDays(-1), RandomNumberGenerator.GetBytes(8));
        Serial = certificate.SerialNumber;
        File.WriteAllText(CertificatePath, $"{certificate.ExportCertificatePem()}\n{_middle.ExportCertificatePem()}\n");
        File.WriteAllText(KeyPath, key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>As a client that knows the authority alone: what lies between has to be sent.</summary>
    public bool IsTrusted(object _, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || chain is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return false;
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.Add(Root);
        own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.DisableCertificateDownloads = true;
        return own.Build((X509Certificate2)certificate);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _rootKey.Dispose();
        _middleKey.Dispose();
        _middle.Dispose();
        Root.Dispose();
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request;
    }
}
