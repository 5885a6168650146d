using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WsFanout.Hosting.Tls;

/// <summary>The certificate of a listener and its key, as they lie on the disk: PEM, the certificate first and those that signed it behind.</summary>
internal sealed record TlsFiles(string CertificatePath, string KeyPath)
{
    /// <summary>A file above this is no certificate and no key. Bytes.</summary>
    private const int MaxBytes = 1 << 20;

    /// <summary>Everything that is in both files now.</summary>
    /// <exception cref="IOException">One of them can't be read, or is too large.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not read one of them.</exception>
    public (string Certificate, string Key) ReadText() => (Read(CertificatePath), Read(KeyPath));

    /// <summary>Reads and checks both files.</summary>
    /// <param name="problem">Which file is wrong, and how, when the result is null.</param>
    public LoadedCertificate? Load(out string? problem)
    {
        try
        {
            return Parse(ReadText(), out problem);
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            problem = unread.Message;
            return null;
        }
    }

    /// <param name="text">As <see cref="ReadText"/> gave it.</param>
    /// <inheritdoc cref="Load"/>
    public LoadedCertificate? Parse((string Certificate, string Key) text, out string? problem)
    {
        problem = null;
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(text.Certificate);
        }
        catch (CryptographicException)
        {
            // Told below: nothing usable is in it.
        }

        if (chain.Count == 0)
        {
            problem = $"{CertificatePath}: no certificate in PEM";
            return null;
        }

        try
        {
            return new LoadedCertificate(X509Certificate2.CreateFromPem(text.Certificate, text.Key), chain);
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            problem = $"{KeyPath}: {Describe(text.Key)}";
            return null;
        }
    }

    private static string Describe(string key) =>
        !PemEncoding.TryFind(key, out var fields) ? "no key in PEM"
        : key[fields.Label] == "ENCRYPTED PRIVATE KEY" ? "the key is encrypted, and there is no setting for its password"
        : !key.Contains("PRIVATE KEY-----", StringComparison.Ordinal) ? "no private key in PEM"
        : "no key of the first certificate of the other file";

    private static string Read(string path)
    {
        using var file = File.OpenRead(path);
        if (file.Length > MaxBytes) throw new IOException($"{path}: larger than {MaxBytes >> 20} MB");
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }
}
