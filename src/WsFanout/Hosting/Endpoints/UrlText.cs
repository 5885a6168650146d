using System.Text;

namespace WsFanout.Hosting.Endpoints;

/// <summary>Decodes what stands in a URL, strictly: a wrong escape or bytes that are not UTF-8 are an error, not a guess.</summary>
internal static class UrlText
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The path of a request target as it was sent: without query, and without scheme and authority when it has them.</summary>
    public static ReadOnlySpan<char> PathOf(string target)
    {
        var path = target.AsSpan();
        if (path.IndexOf('?') is var query and >= 0) path = path[..query];
        if (path.StartsWith("/", StringComparison.Ordinal)) return path;

        var authority = path.IndexOf("://", StringComparison.Ordinal);
        var start = authority < 0 ? -1 : path[(authority + 3)..].IndexOf('/');
        return start < 0 ? "/" : path[(authority + 3 + start)..];
    }

    /// <returns>False when <paramref name="text"/> can't be decoded. <c>+</c> stands for itself.</returns>
    public static bool TryDecode(ReadOnlySpan<char> text, out string decoded)
    {
        decoded = "";
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        while (!text.IsEmpty)
        {
            var escape = text.IndexOf('%');
            if (escape != 0)
            {
                var plain = escape < 0 ? text : text[..escape];
                length += Encoding.UTF8.GetBytes(plain, bytes.AsSpan(length));
                text = text[plain.Length..];
                continue;
            }

            if (text.Length < 3 || Convert.FromHexString(text.Slice(1, 2), bytes.AsSpan(length), out _, out _) != System.Buffers.OperationStatus.Done) return false;
            length++;
            text = text[3..];
        }

        try
        {
            decoded = Strict.GetString(bytes, 0, length);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>Splits and decodes a query; of a name that comes twice the first counts.</summary>
    /// <param name="query">With or without the question mark.</param>
    /// <returns>Null when a part can't be decoded.</returns>
    public static IReadOnlyDictionary<string, string>? ReadQuery(string query)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? part : part[..equals];
            var value = equals < 0 ? "" : part[(equals + 1)..];
            if (!TryDecode(name, out var decodedName) || !TryDecode(value, out var decodedValue)) return null;
            values.TryAdd(decodedName, decodedValue);
        }

        return values;
    }
}
