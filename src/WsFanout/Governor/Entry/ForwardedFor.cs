using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Primitives;

namespace WsFanout.Governor.Entry;

/// <summary>
/// Finds who really connects. A trusted proxy's <c>X-Forwarded-For</c> is read from its end, the end being what the proxy itself wrote: trusted
/// addresses are passed over, the first that isn't is the client's. What stands before it anybody may have written.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class ForwardedFor(IReadOnlyList<IPNetwork> trusted)
{
    public const string Header = "X-Forwarded-For";

    /// <summary>More are no chain of proxies any more.</summary>
    public const int MostEntries = 50;

    /// <param name="peer">The other end of the connection.</param>
    /// <param name="header">All lines of the header, in the order they came.</param>
    /// <returns>The client; where the header stops making sense, the last trusted address before that.</returns>
    public IPAddress ClientOf(IPAddress peer, StringValues header)
    {
        var believed = Plain(peer);
        if (!IsTrusted(believed)) return believed;

        var entries = 0;
        for (var line = header.Count - 1; line >= 0; line--)
        {
            var rest = header[line].AsSpan();
            for (var comma = rest.Length; comma >= 0;)
            {
                rest = rest[..comma];
                comma = rest.LastIndexOf(',');
                if (++entries > MostEntries || Read(rest[(comma + 1)..].Trim(" \t")) is not { } address) return believed;
                if (!IsTrusted(address)) return address;
                believed = address;
            }
        }

        return believed;
    }

    private bool IsTrusted(IPAddress address)
    {
        for (var i = 0; i < trusted.Count; i++)
        {
            if (trusted[i].Contains(address)) return true;
        }

        return false;
    }

    /// <summary>Reads <c>1.2.3.4</c>, <c>1.2.3.4:5</c>, <c>2001:db8::1</c>, <c>[2001:db8::1]</c>, <c>[2001:db8::1]:5</c>.</summary>
    private static IPAddress? Read(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("["))
        {
            var end = text.IndexOf(']');
            if (end < 0 || !IsNothingOrPort(text[(end + 1)..])) return null;
            return ReadV6(text[1..end]);
        }

        var colon = text.IndexOf(':');
        if (colon >= 0 && text[(colon + 1)..].Contains(':')) return ReadV6(text);
        if (colon >= 0 && !IsNothingOrPort(text[colon..])) return null;
        return ReadV4(colon < 0 ? text : text[..colon]);
    }

    // The framework reads ports, zones and brackets too, which have been dealt with or mean nothing here.
    private static IPAddress? ReadV6(ReadOnlySpan<char> text) =>
        !text.ContainsAny("[]%") && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 ? Plain(address) : null;

    // The framework reads 1, 0x7f.1 and 010.0.0.1 as addresses too, each proxy as another one.
    private static IPAddress? ReadV4(ReadOnlySpan<char> text)
    {
        Span<char> written = stackalloc char[15];
        return text.Length <= written.Length && IPAddress.TryParse(text, out var address) && address.TryFormat(written, out var length) && text.SequenceEqual(written[..length])
            ? address
            : null;
    }

    private static bool IsNothingOrPort(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return true;
        return text[0] == ':' && text.Length is > 1 and <= 6 && !text[1..].ContainsAnyExceptInRange('0', '9');
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
