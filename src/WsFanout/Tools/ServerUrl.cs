using System.Diagnostics.CodeAnalysis;

namespace WsFanout.Tools;

/// <summary>Turns what a person or <c>WS_ADDR</c> says into the address that a command calls.</summary>
internal static class ServerUrl
{
    /// <summary>The HTTP address of a listener on this machine: a wildcard becomes loopback.</summary>
    /// <param name="listener"><c>:3002</c>, <c>host:3002</c> or <c>[::]:3002</c>.</param>
    /// <param name="isTls">Whether it speaks TLS.</param>
    /// <returns><see langword="null"/> when it names no port that one could call.</returns>
    public static Uri? OfListener(string listener, bool isTls = false)
    {
        var colon = listener.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(listener.AsSpan(colon + 1), out var port) || port == 0) return null;

        var host = listener[..colon] switch
        {
            "" or "*" or "+" or "0.0.0.0" => "127.0.0.1",
            "[::]" => "[::1]",
            var named => named,
        };
        return Uri.TryCreate($"{(isTls ? "https" : "http")}://{host}:{port}/", UriKind.Absolute, out var url) ? url : null;
    }

    /// <summary>Reads <c>http://…</c>, <c>https://…</c> or a bare <c>host:port</c>; a path is kept as the base of all others.</summary>
    public static bool TryReadHttp(string text, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? problem) =>
        TryRead(text, ["http", "https"], out url, out problem);

    /// <summary>Reads <c>ws://…</c> or <c>wss://…</c> (or their HTTP spelling); without a path it means <c>/ws</c>.</summary>
    public static bool TryReadWebSocket(string text, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? problem)
    {
        if (!TryRead(text, ["ws", "wss", "http", "https"], out url, out problem)) return false;

        url = ToWebSocket(url);
        return true;
    }

    /// <summary>The address of the clients' endpoint at <paramref name="url"/>.</summary>
    public static Uri ToWebSocket(Uri url)
    {
        var endpoint = new UriBuilder(url) { Scheme = url.Scheme is "https" or "wss" ? "wss" : "ws" };
        if (endpoint.Path.Length <= 1) endpoint.Path = "/ws";
        return endpoint.Uri;
    }

    /// <summary>The address of <paramref name="path"/> below <paramref name="server"/>.</summary>
    public static Uri At(Uri server, string path) => new(server.AbsoluteUri.TrimEnd('/') + path);

    private static bool TryRead(string text, string[] schemes, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? problem)
    {
        var whole = text.Contains("://", StringComparison.Ordinal) ? text : $"{schemes[0]}://{text}";
        if (!Uri.TryCreate(whole, UriKind.Absolute, out url) || url.Host.Length == 0)
        {
            problem = $"'{text}' is not an address such as {schemes[0]}://127.0.0.1:3002";
            return false;
        }

        problem = !schemes.Contains(url.Scheme) ? $"'{text}' must begin with {string.Join(" or ", schemes.Select(scheme => scheme + "://"))}"
            : url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0 ? "the address must end with its path: no query, no fragment, no user"
            : null;
        return problem is null;
    }
}
