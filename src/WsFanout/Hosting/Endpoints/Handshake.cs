using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace WsFanout.Hosting.Endpoints;

/// <summary>The opening handshake of RFC 6455, server side.</summary>
internal static class Handshake
{
    /// <summary>The subprotocol of the client contract; offering it is optional.</summary>
    public const string Subprotocol = "wsfanout.v1";

    private const string Version = "13";
    private const string Magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private const int KeyBytes = 16;

    /// <summary>Whether the request asks for a WebSocket of the version that is spoken here.</summary>
    public static bool IsUpgrade(HttpContext context)
    {
        var headers = context.Request.Headers;
        return context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
            && HttpMethods.IsGet(context.Request.Method)
            && HttpProtocol.IsHttp11(context.Request.Protocol)
            && Contains(headers.Upgrade, "websocket")
            && headers.SecWebSocketVersion == Version;
    }

    /// <summary>Whether the client's key is 16 bytes in base64.</summary>
    public static bool HasKey(HttpContext context)
    {
        var key = context.Request.Headers.SecWebSocketKey.ToString();
        Span<byte> bytes = stackalloc byte[KeyBytes + 2];
        return key.Length == 24 && Convert.TryFromBase64String(key, bytes, out var length) && length == KeyBytes;
    }

    /// <summary>Sends the 101 and hands over the raw stream.</summary>
    /// <param name="subprotocol">The one that was agreed on, or null.</param>
    public static async Task<Stream> AcceptAsync(HttpContext context, string? subprotocol)
    {
        // From here on, who reads slowly is the business of the worker that owns the client.
        context.Features.GetRequiredFeature<IHttpMinResponseDataRateFeature>().MinDataRate = null;
        var headers = context.Response.Headers;
        headers.Connection = "Upgrade";
        headers.Upgrade = "websocket";
        headers.SecWebSocketAccept = Accept(context.Request.Headers.SecWebSocketKey.ToString());
        if (subprotocol is not null) headers.SecWebSocketProtocol = subprotocol;
        return await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

    /// <summary>The subprotocol to answer with.</summary>
    public static string? Agree(HttpContext context) =>
        Contains(context.Request.Headers.SecWebSocketProtocol, Subprotocol) ? Subprotocol : null;

    /// <summary>Tells which version is spoken, as the answer to another one must.</summary>
    public static void TellVersion(HttpContext context)
    {
        context.Response.Headers.SecWebSocketVersion = Version;
        context.Response.Headers.Upgrade = "websocket";
    }

    private static string Accept(string key)
    {
#pragma warning disable CA5350 // RFC 6455 prescribes SHA-1 here; it protects nothing.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Magic)));
#pragma warning restore CA5350
    }

    private static bool Contains(Microsoft.Extensions.Primitives.StringValues header, string token) =>
        header.ToString().Split(',').Any(part => part.Trim().Equals(token, StringComparison.OrdinalIgnoreCase));
}
