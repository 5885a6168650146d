using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace WsFanout.Hosting.Tls;

/// <summary>A certificate with its key and those that signed it, ready for handshakes.</summary>
/// <remarks>Immutable. Never disposed: handshakes may still use one that has been replaced; the garbage collector ends it.</remarks>
internal sealed class LoadedCertificate
{
    /// <summary>A directory that no system has.</summary>
    private const string NoHome = "/nonexistent";

    /// <param name="leaf">With its key.</param>
    /// <param name="chain">Everything of the file; what is not the leaf is sent along.</param>
    public LoadedCertificate(X509Certificate2 leaf, X509Certificate2Collection chain)
    {
        NotBefore = leaf.NotBefore;
        NotAfter = leaf.NotAfter;
        var others = new X509Certificate2Collection(chain.Where(one => !one.RawDataMemory.Span.SequenceEqual(leaf.RawDataMemory.Span)).ToArray());
        Options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = Order(leaf, others),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            AllowRenegotiation = false,
        };
    }

    public SslServerAuthenticationOptions Options { get; }

    public DateTimeOffset NotBefore { get; }

    public DateTimeOffset NotAfter { get; }

    private static SslStreamCertificateContext Order(X509Certificate2 leaf, X509Certificate2Collection others)
    {
        try
        {
            // Offline: what is missing in the file is not fetched from where a certificate says it could be.
            return SslStreamCertificateContext.Create(leaf, others, offline: true);
        }
        catch (InvalidOperationException)
        {
            // The framework also looks into the user's own store, and fails where a user has no home, as in a container that runs as any number.
            Environment.SetEnvironmentVariable("HOME", NoHome);
            return SslStreamCertificateContext.Create(leaf, others, offline: true);
        }
    }
}
