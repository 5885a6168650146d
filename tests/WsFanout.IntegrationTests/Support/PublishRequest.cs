using System.Globalization;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Publish requests as they stand on the wire, odd ones included.</summary>
internal static class PublishRequest
{
    public static string Head(string target, string? header = null)
    {
        var host = header?.StartsWith("Host:", StringComparison.Ordinal) == true ? "" : "Host: 127.0.0.1\r\n";
        return $"POST {target} HTTP/1.1\r\n{host}{(header is null ? "" : header + "\r\n")}";
    }

    public static Task<HttpReply> SendAsync(TestServer server, string target, string body = "1", bool chunked = false, string? header = null) =>
        RawClient.ExchangeAsync(server, Head(target, header) + (chunked
            ? string.Create(CultureInfo.InvariantCulture, $"Transfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\n")
            : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n{body}")));
}
