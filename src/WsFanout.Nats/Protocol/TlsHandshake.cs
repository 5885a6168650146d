using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WsFanout.Nats.Protocol;

/// <summary>Encrypts one connection, and makes sure of whom it is to.</summary>
/// <remarks>Lives as long as the connection: so do its certificates.</remarks>
internal sealed class TlsHandshake(ServerAddress server, NatsOpts opts) : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private TlsFiles? _files;
    private string? _problem;

    /// <returns>Null when it is encrypted, else why not.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public async Task<SessionEnd?> RunAsync(Wire wire, CancellationToken ct)
    {
        try
        {
            _files = TlsFiles.Load(opts.TlsOpts);
        }
        catch (IOException unreadable)
        {
            return Failed(unreadable.Message);
        }

        try
        {
            await wire.EncryptAsync(Options(_files), ct);
            return null;
        }
        catch (Exception refused) when (refused is not (OperationCanceledException or ObjectDisposedException))
        {
            // Whatever a stranger's words bring the library to throw: it ends this attempt, not the loop.
            // Hung up in the middle of it: as any connection that is lost.
            return Failed(_problem ?? Innermost(refused)) with { Slowly = refused is not IOException };
        }
    }

    /// <summary>The handshake took too long.</summary>
    public SessionEnd Late() =>
        new(string.Create(CultureInfo.InvariantCulture, $"tls: no handshake within {opts.TlsTimeout.TotalSeconds:0.##} s with {server}"));

    public void Dispose() => _files?.Dispose();

    /// <summary>What the library below says, which the other side may have put words into.</summary>
    public static string Innermost(Exception failure)
    {
        while (failure.InnerException is { } inner)
        {
            failure = inner;
        }

        return Printable.Of(Encoding.UTF8.GetBytes(failure.Message));
    }

    private SessionEnd Failed(string reason) => new($"tls: {server}: {reason}", Slowly: true);

    private SslClientAuthenticationOptions Options(TlsFiles files)
    {
        // Nothing is fetched from addresses that stand in a certificate: it may be a stranger's.
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        if (files.Authorities is { } authorities)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }

        return new SslClientAuthenticationOptions
        {
            TargetHost = server.TlsName,
            ClientCertificateContext = files.Own,
            CertificateChainPolicy = policy,

            // A resumed session would bring an old verdict on the certificate along.
            AllowTlsResume = false,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                _problem = CertificateProblem.Of(certificate as X509Certificate2, chain, errors, server.TlsName);
                return _problem is null;
            },
        };
    }
}
