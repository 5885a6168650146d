using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WsFanout.Hosting.Settings.Derivation;

/// <summary>Looks at start whether files hold the certificates and keys that they should, so that nobody learns it from a connection that fails.</summary>
internal static class PemFiles
{
    private const string EncryptedKey = "ENCRYPTED PRIVATE KEY";

    /// <returns>What is wrong with a file of authorities; null: nothing.</returns>
    public static string? OfAuthorities(string file) => Problem(() =>
    {
        var found = new X509Certificate2Collection();
        found.ImportFromPemFile(file);
        var count = found.Count;
        foreach (var certificate in found) certificate.Dispose();
        return count > 0 ? null : "holds no certificate in PEM";
    });

    /// <returns>What is wrong with a certificate, and those between it and its authority behind it; null: nothing.</returns>
    public static string? OfCertificate(string file) => Problem(() =>
    {
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(file));
        return null;
    });

    /// <returns>What is wrong with the key of a sound certificate; null: nothing.</returns>
    public static string? OfKey(string file, string certificateFile) => Problem(() =>
    {
        if (File.ReadAllText(file).Contains(EncryptedKey, StringComparison.Ordinal)) return "is encrypted with a password, which this server can't be given";
        using var pair = X509Certificate2.CreateFromPemFile(certificateFile, file);
        return null;
    });

    private static string? Problem(Func<string?> look)
    {
        try
        {
            return look();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return "can't be read by this process";
        }
        catch (Exception unsound) when (unsound is CryptographicException or ArgumentException)
        {
            // The library's words may quote the file; its first sentence doesn't.
            return $"is not what it should be: {unsound.Message.Split('.')[0]}";
        }
    }
}
