using System.Net;

namespace WsFanout.Hosting.Endpoints;

/// <summary>
/// Tells a request that was made on this machine, by hand or by a program of its operator, from one that came through a proxy or a page.
/// </summary>
internal static class LocalOnly
{
    private static readonly string[] ProxyHeaders = ["Origin", "Forwarded", "Via", "X-Real-IP"];

    /// <returns>Why the request does not count as local; null when it does.</returns>
    public static string? Objection(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address || !IPAddress.IsLoopback(address)) return "it does not come from this machine";
        foreach (var header in context.Request.Headers.Keys)
        {
            if (ProxyHeaders.Contains(header, StringComparer.OrdinalIgnoreCase) || header.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase))
            {
                return $"it carries the header {header}, so it came through a proxy or from a page";
            }
        }

        return IsLoopback(context.Request.Host.Host) ? null : "its Host is not this machine's loopback name";
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
