using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace WsFanout.Testing;

/// <summary>Makes tokens as whoever logs users in would, and as somebody would who shouldn't.</summary>
internal sealed class TokenMaker : IDisposable
{
    public const string Secret = "a secret of more than 32 bytes that only tests know";

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ECDsa _ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string RsaPublicKey => _rsa.ExportSubjectPublicKeyInfoPem();

    public string EcPublicKey => _ec.ExportSubjectPublicKeyInfoPem();

    public static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    /// <summary>Claims that are good for an hour.</summary>
    public static string GoodFor(DateTimeOffset now, string more = "") => $$"""{"sub":"alice","exp":{{now.ToUnixTimeSeconds() + 3600}}{{more}}}""";

    /// <summary>A token as it should be, by HS256.</summary>
    public static string Of(string claims) => Hs256("""{"alg":"HS256","typ":"JWT"}""", claims, Encoding.UTF8.GetBytes(Secret));

    /// <summary>A token with any header that is signed by HMAC all the same.</summary>
    public static string Hs256(string header, string claims, byte[] secret)
    {
        var signed = $"{Part(header)}.{Part(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)))}";
    }

    public string Rs256(string claims, string header = """{"alg":"RS256"}""")
    {
        var signed = $"{Part(header)}.{Part(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(_rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    public string Es256(string claims, DSASignatureFormat format = DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
    {
        var signed = $"{Part("""{"alg":"ES256"}""")}.{Part(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(_ec.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, format))}";
    }

    public void Dispose()
    {
        _rsa.Dispose();
        _ec.Dispose();
    }
}
