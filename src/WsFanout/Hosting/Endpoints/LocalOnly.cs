using System.Net;
using Microsoft.Extensions.Primitives;

namespace WsFanout.Hosting.Endpoints;

/// <summary>
/// Tells a request that was made on this machine, by hand or by a program of its operator, from one that came through a proxy or a page.
/// </summary>
internal static class LocalOnly
{
    private const string ProxyHeaders = "X-Forwarded-";

    /// <returns>Why the request does not count as local; null when it does.</returns>
    public static string? Objection(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address || !IPAddress.IsLoopback(address)) return "it does not come from this machine";
        foreach (var (header, value) in context.Request.Headers)
        {
            if (IsOfAnother(header, value)) return $"it carries the header {header}, so it came through a proxy or from a page";
        }

        return IsLoopback(context.Request.Host.Host) ? null : "its Host is not this machine's loopback name";
    }

    /// <summary>Asked for every header of every message that is published without a token: most are told by their length.</summary>
    private static bool IsOfAnother(string header, StringValues value) => header.Length switch
    {
        3 => header.Equals("Via", StringComparison.OrdinalIgnoreCase),
        6 => header.Equals("Origin", StringComparison.OrdinalIgnoreCase),
        9 => header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase) || header.Equals("X-Real-IP", StringComparison.OrdinalIgnoreCase),
        // A browser's word on who asks; an address typed by hand is "none".
        14 when header.Equals("Sec-Fetch-Site", StringComparison.OrdinalIgnoreCase) => (string?)value is not ("none" or "same-origin"),
        _ => header.StartsWith(ProxyHeaders, StringComparison.OrdinalIgnoreCase),
    };

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
