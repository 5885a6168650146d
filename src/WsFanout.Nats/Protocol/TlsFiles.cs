using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WsFanout.Nats.Protocol;

/// <summary>The certificates of one connection, as the files were when it was made.</summary>
internal sealed class TlsFiles : IDisposable
{
    private readonly X509Certificate2Collection _all = [];

    private TlsFiles()
    {
    }

    /// <summary>Null: the system's.</summary>
    public X509Certificate2Collection? Authorities { get; private set; }

    /// <summary>What we show; null: nothing.</summary>
    public SslStreamCertificateContext? Own { get; private set; }

    /// <exception cref="IOException">A file can't be read, or doesn't hold what it should; the message names it.</exception>
    public static TlsFiles Load(NatsTlsOpts opts)
    {
        var files = new TlsFiles();
        try
        {
            if (opts.CaFile is { } authorities)
            {
                files.Authorities = Read(authorities, files.ReadAuthorities);
            }

            if (opts is { CertFile: { } certificate, KeyFile: { } key })
            {
                files.Own = Read($"{certificate} or {key}", _ => files.ReadOwn(certificate, key));
            }

            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var certificate in _all)
        {
            certificate.Dispose();
        }
    }

    private static T Read<T>(string name, Func<string, T> read)
    {
        try
        {
            return read(name);
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or UnauthorizedAccessException or IOException)
        {
            throw new IOException($"{name}: {Printable.Of(System.Text.Encoding.UTF8.GetBytes(unreadable.Message))}", unreadable);
        }
    }

    private X509Certificate2Collection ReadAuthorities(string file)
    {
        var found = new X509Certificate2Collection();
        found.ImportFromPemFile(file);
        _all.AddRange(found);
        return found.Count > 0 ? found : throw new CryptographicException("holds no certificate");
    }

    private SslStreamCertificateContext ReadOwn(string certificate, string key)
    {
        var own = X509Certificate2.CreateFromPemFile(certificate, key);
        _all.Add(own);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificate);
        _all.AddRange(chain);

        // Offline: what is missing between it and its authority is not fetched from anywhere.
        return SslStreamCertificateContext.Create(own, chain, offline: true);
    }
}
