using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace WsFanout.Clients.Tokens;

/// <summary>The key that tokens are signed with. It fixes the one algorithm that counts, so that no token can choose a weaker one.</summary>
/// <remarks>Any thread: an algorithm object of the framework serves one caller at a time and then waits for the next.</remarks>
internal sealed class TokenKey
{
    private readonly byte[]? _secret;
    private readonly Func<AsymmetricAlgorithm>? _make;
    private readonly ConcurrentBag<AsymmetricAlgorithm> _idle = [];

    private TokenKey(string algorithm, byte[]? secret, Func<AsymmetricAlgorithm>? make)
    {
        Algorithm = algorithm;
        _secret = secret;
        _make = make;
    }

    /// <summary>Name in a token's header: <c>HS256</c>, <c>RS256</c> or <c>ES256</c>.</summary>
    public string Algorithm { get; }

    /// <summary>HMAC with SHA-256, by the UTF-8 bytes of a text.</summary>
    public static TokenKey OfSecret(string secret) => new("HS256", Encoding.UTF8.GetBytes(secret), null);

    /// <summary>RSA (PKCS #1 v1.5) with SHA-256.</summary>
    public static TokenKey OfRsa(RSAParameters key) => new("RS256", null, () => RSA.Create(key));

    /// <summary>ECDSA on P-256 with SHA-256.</summary>
    public static TokenKey OfEc(ECParameters key) => new("ES256", null, () => ECDsa.Create(key));

    /// <param name="signed">The two parts before the signature, as they were sent.</param>
    public bool Verifies(byte[] signed, byte[] signature)
    {
        if (_secret is not null) return CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(_secret, signed), signature);

        if (!_idle.TryTake(out var key)) key = _make!();
        try
        {
            return key switch
            {
                RSA rsa => rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
                ECDsa ec => ec.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
                _ => false,
            };
        }
        finally
        {
            _idle.Add(key);
        }
    }
}
