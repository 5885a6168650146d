using System.Security.Cryptography;

namespace WsFanout.Hosting.Page;

/// <summary>One file of the page as it is served.</summary>
internal sealed class PageFile(byte[] body, string contentType, bool isForEveryone = false)
{
    public ReadOnlyMemory<byte> Body { get; } = body;

    public string ContentType { get; } = contentType;

    /// <summary>The header <c>ETag</c>: another one for every other content, so that who has the file need not fetch it again.</summary>
    public string Tag { get; } = $"\"{Convert.ToHexStringLower(SHA256.HashData(body)[..8])}\"";

    /// <summary>Whether pages of other origins may import it.</summary>
    public bool IsForEveryone { get; } = isForEveryone;
}
