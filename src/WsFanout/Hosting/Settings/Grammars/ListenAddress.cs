using System.Globalization;
using System.Net;

namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>Where a listener binds: <c>:3002</c>, <c>127.0.0.1:3002</c>, <c>localhost:3002</c>, <c>[::1]:3002</c>.</summary>
/// <param name="Host">Without brackets. Empty: every address of the machine.</param>
/// <param name="Port">0 lets the system choose.</param>
internal sealed record ListenAddress(string Host, int Port)
{
    /// <summary>Reads the three forms above.</summary>
    /// <param name="text">The address.</param>
    /// <param name="problem">What is wrong with it, when the result is null.</param>
    public static ListenAddress? Parse(string text, out string? problem)
    {
        problem = null;
        var colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            problem = "the port is missing, with a colon before it";
            return null;
        }

        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > IPEndPoint.MaxPort)
        {
            problem = "the port must be from 0 to 65535";
            return null;
        }

        var host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            var isV6 = IPAddress.TryParse(host, out var address) && address.AddressFamily is System.Net.Sockets.AddressFamily.InterNetworkV6;
            problem = isV6 ? null : "what stands in brackets must be an IPv6 address";
            return isV6 ? new ListenAddress(host[1..^1], port) : null;
        }

        if (host.Contains(':', StringComparison.Ordinal))
        {
            problem = "an IPv6 address stands in brackets";
            return null;
        }

        if (host.Length > 0 && Uri.CheckHostName(host) is not (UriHostNameType.Dns or UriHostNameType.IPv4))
        {
            problem = "the host must be a name or an address";
            return null;
        }

        return new ListenAddress(host, port);
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}
