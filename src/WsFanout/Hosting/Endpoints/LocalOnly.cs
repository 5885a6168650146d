using System.Net;

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
            if (IsOfOtherSite(header, value)) return $"it carries {header}: {value}, so it came from a page";
            if (IsOfProxy(header)) return $"it carries the header {header}, so it came through a proxy or from a page";
        }

        return IsLoopback(context.Request.Host.Host) ? null : "its Host is not this machine's loopback name";
    }

    /// <summary>Asked for every header of every message that is published without a token: most are told by their length.</summary>
    private static bool IsOfProxy(string header) => header.Length switch
    {
        3 => header.Equals("Via", StringComparison.OrdinalIgnoreCase),
        6 => header.Equals("Origin", StringComparison.OrdinalIgnoreCase),
        9 => header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase) || header.Equals("X-Real-IP", StringComparison.OrdinalIgnoreCase),
        _ => header.StartsWith(ProxyHeaders, StringComparison.OrdinalIgnoreCase),
    };

    /// <summary>A browser's word on who asks; an address typed by hand is <c>none</c>.</summary>
    private static bool IsOfOtherSite(string header, string? value) =>
        header.Length == 14 && header.Equals("Sec-Fetch-Site", StringComparison.OrdinalIgnoreCase) && value is not ("none" or "same-origin");

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
