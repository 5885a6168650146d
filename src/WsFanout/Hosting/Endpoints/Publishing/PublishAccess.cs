using System.Security.Cryptography;
using System.Text;
using WsFanout.Intake;

namespace WsFanout.Hosting.Endpoints.Publishing;

/// <summary>Who may publish: who knows the token; without one this machine alone.</summary>
internal sealed class PublishAccess(string? token)
{
    private const string Bearer = "Bearer ";
    private const int LongestOnStack = 1024;

    private readonly byte[]? _tokenHash = token is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <returns>Null for who may.</returns>
    public PublishResult? Refusal(HttpContext context)
    {
        if (_tokenHash is not null)
        {
            return Knows(context.Request.Headers.Authorization.ToString())
                ? null
                : PublishResult.Refused("unauthorized", "Authorization: Bearer with the token of WS_PUBLISH_TOKEN is needed");
        }

        return LocalOnly.Objection(context) is { } objection
            ? PublishResult.Refused("forbidden", $"without WS_PUBLISH_TOKEN only this machine may publish, and the request does not count as its: {objection}")
            : null;
    }

    /// <summary>Hashes are compared, in constant time: neither content nor length of the token can be measured.</summary>
    private bool Knows(string given)
    {
        var shown = given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? given.AsSpan(Bearer.Length).Trim() : [];
        var longest = Encoding.UTF8.GetMaxByteCount(shown.Length);
        var bytes = longest <= LongestOnStack ? stackalloc byte[LongestOnStack] : new byte[longest];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(shown, bytes)], hash);
        return CryptographicOperations.FixedTimeEquals(hash, _tokenHash);
    }
}
