using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WsFanout.Clients.Tokens;

/// <summary>Reads a public key as it is handed around: PEM, as a key or within a certificate.</summary>
internal static class PublicKeyText
{
    public const string Expected = "the PEM text of one public key: RSA with 2048 to 8192 bits, or EC on P-256";

    private const int LeastRsaBits = 2048;
    private const int MostRsaBits = 8192;
    private const string RsaOid = "1.2.840.113549.1.1.1";
    private const string EcOid = "1.2.840.10045.2.1";
    private const string P256Oid = "1.2.840.10045.3.1.7";

    /// <param name="problem">What is wrong with it, when the result is null; holds nothing of the text.</param>
    /// <returns>The key, with the algorithm that belongs to its kind.</returns>
    public static TokenKey? Read(string pem, out string? problem)
    {
        problem = null;
        if (!PemEncoding.TryFind(pem, out var fields)) return Refuse("it is no PEM text", out problem);
        if (PemEncoding.TryFind(pem.AsSpan()[fields.Location.End..], out _)) return Refuse("it holds more than one key", out problem);

        var label = pem[fields.Label];
        if (label.Contains("PRIVATE", StringComparison.Ordinal)) return Refuse("it is a private key, which belongs to whoever makes tokens, not here", out problem);
        try
        {
            var bytes = Convert.FromBase64String(pem[fields.Base64Data]);
            return label switch
            {
                "PUBLIC KEY" => Read(PublicKey.CreateFromSubjectPublicKeyInfo(bytes, out _), out problem),
                "RSA PUBLIC KEY" => ReadRsa(bytes, out problem),
                "CERTIFICATE" => ReadCertificate(bytes, out problem),
                _ => Refuse("it is another kind of PEM text", out problem),
            };
        }
        catch (CryptographicException)
        {
            return Refuse("the key in it can't be read", out problem);
        }
    }

    private static TokenKey? ReadCertificate(byte[] bytes, out string? problem)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(bytes);
        return Read(certificate.PublicKey, out problem);
    }

    private static TokenKey? ReadRsa(byte[] bytes, out string? problem)
    {
        using var rsa = RSA.Create();
        rsa.ImportRSAPublicKey(bytes, out _);
        return Of(rsa, out problem);
    }

    private static TokenKey? Read(PublicKey key, out string? problem)
    {
        if (key.Oid.Value == RsaOid)
        {
            using var rsa = key.GetRSAPublicKey();
            return rsa is null ? Refuse("the key in it can't be read", out problem) : Of(rsa, out problem);
        }

        if (key.Oid.Value != EcOid) return Refuse("it is neither an RSA nor an EC key", out problem);
        using var ec = key.GetECDsaPublicKey();
        var parameters = ec?.ExportParameters(includePrivateParameters: false);
        if (parameters is not { Curve.Oid.Value: P256Oid } point) return Refuse("it is an EC key on another curve than P-256", out problem);
        problem = null;
        return TokenKey.OfEc(point);
    }

    private static TokenKey? Of(RSA rsa, out string? problem)
    {
        if (rsa.KeySize is < LeastRsaBits or > MostRsaBits) return Refuse($"it is an RSA key of {rsa.KeySize} bits", out problem);
        problem = null;
        return TokenKey.OfRsa(rsa.ExportParameters(includePrivateParameters: false));
    }

    private static TokenKey? Refuse(string why, out string? problem)
    {
        problem = why;
        return null;
    }
}
