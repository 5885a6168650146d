using System.Globalization;
using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests.Conformance;

/// <summary>Requests for a WebSocket as they should be, as they may be, and as they must not be.</summary>
internal static class HandshakeVectors
{
    private const string Key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    private const string Version = "Sec-WebSocket-Version: 13\r\n";
    private const string Asks = "Upgrade: websocket\r\n";

    private static readonly string Good = RawClient.Upgrade.Replace("/ws", "/__echo", StringComparison.Ordinal) + "\r\n";

    public static IReadOnlyList<HandshakeVector> All { get; } =
    [
        new HandshakeVector("a good one", Good).Gets(101),
        new HandshakeVector("a good one, byte by byte", Good).Gets(101) with { IsByteByByte = true },
        Changed("names of headers in lower case", "Sec-WebSocket-Key", "sec-websocket-key").Gets(101),
        Changed("words of headers in other cases", "Connection: Upgrade\r\nUpgrade: websocket", "Connection: upgrade\r\nUpgrade: WebSocket").Gets(101),
        Changed("the upgrade as one of several connection options", "Connection: Upgrade", "Connection: keep-alive, Upgrade").Gets(101),
        Changed("blanks around a header's value", Key, "Sec-WebSocket-Key: \t dGhlIHNhbXBsZSBub25jZQ== \t\r\n").Gets(101),
        Changed("an address with a host", "/__echo", "http://127.0.0.1/__echo").Gets(101),
        Changed("a query", "/__echo", "/__echo?channels=a&since=5").Gets(101),
        Added("compression offered", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits").Gets(101),
        Added("subprotocols that nobody knows", "Sec-WebSocket-Protocol: soap, wamp").Gets(101),
        Added("a body of nothing", "Content-Length: 0").Gets(101, 400),
        Added("an offer of HTTP/2 besides", "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA").Gets(101),

        Changed("no key", Key, "").Gets(400),
        Changed("an empty key", "dGhlIHNhbXBsZSBub25jZQ==", "").Gets(400),
        Changed("a key of 15 bytes", "dGhlIHNhbXBsZSBub25jZQ==", "AAAAAAAAAAAAAAAAAAAA").Gets(400),
        Changed("a key of 17 bytes", "dGhlIHNhbXBsZSBub25jZQ==", "AAAAAAAAAAAAAAAAAAAAAAA=").Gets(400),
        Changed("a key that is no base64", "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBs*SBub25jZQ==").Gets(400),
        Added("the key twice", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==").Gets(400),
        Added("two different keys", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==").Gets(400),

        Changed("no version", Version, "").Gets(426),
        Changed("version 12", "Version: 13", "Version: 12").Gets(426),
        Changed("version 14", "Version: 13", "Version: 14").Gets(426),
        Changed("version 013", "Version: 13", "Version: 013").Gets(426),
        Changed("a version that is no number", "Version: 13", "Version: x").Gets(426),
        Added("two versions", "Sec-WebSocket-Version: 8").Gets(400, 426),

        Changed("no upgrade", Asks, "").Gets(426),
        Changed("no connection", "Connection: Upgrade\r\n", "").Gets(426),
        Changed("a connection to be closed", "Connection: Upgrade", "Connection: close").Gets(426),
        Changed("an upgrade to HTTP/2", "Upgrade: websocket", "Upgrade: h2c").Gets(426),
        Changed("POST", "GET", "POST").Gets(411, 400, 426),
        Changed("DELETE", "GET", "DELETE").Gets(426),
        Changed("HTTP/1.0", "HTTP/1.1", "HTTP/1.0").Gets(426),
        Changed("HTTP/2.0 by name", "HTTP/1.1", "HTTP/2.0").Gets(400, 505),
        Changed("no host", "Host: 127.0.0.1\r\n", "").Gets(400),
        Added("two hosts", "Host: elsewhere").Gets(400),
        Added("a body", "Content-Length: 5").Gets(400, 426),
        Added("a body in chunks", "Transfer-Encoding: chunked").Gets(400, 426),
        Added("a folded header", "X-Long: a\r\n b").Gets(400),
        Added("a zero byte in a header", "X-Zero: a\0b").Gets(400),
        Added("a header without a name", ": nothing").Gets(400),
        Changed("a path elsewhere", "/__echo", "/__echo/").Gets(404),

        Added("2,000 headers", string.Join("\r\n", Enumerable.Range(0, 2000).Select(number => string.Create(CultureInfo.InvariantCulture, $"X-{number}: {number}")))).Gets(431),
        Added("a header of 64 KB", "X-Long: " + new string('x', 65536)).Gets(431),
        Added("a subprotocol of 32 KB of blanks", "Sec-WebSocket-Protocol: " + new string(' ', 32768) + "x").Gets(431),
        Added("a subprotocol of 16 KB of commas", "Sec-WebSocket-Protocol: " + new string(',', 16384)).Gets(101, 400, 431),
        Changed("an address of 64 KB", "/__echo", "/__echo?" + new string('x', 65536)).Gets(400, 414),

        new HandshakeVector("HTTP/2 without asking", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"),
        new HandshakeVector("a request before it", "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" + Good).Gets(200).Gets(101),
        new HandshakeVector("two requests before it", string.Concat(Enumerable.Repeat("GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 2)) + Good).Gets(200).Gets(200).Gets(101),
        new HandshakeVector("a refused one before it", Good.Replace("Version: 13", "Version: 12", StringComparison.Ordinal) + Good).Gets(426),
        new HandshakeVector("a chunk whose extension ends with a bare line feed",
            "POST /publish/a HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n1;x\n1\r\n0\r\n\r\n" + Good).Gets(400),
    ];

    private static HandshakeVector Changed(string name, string correct, string changed) => new(name, Good.Replace(correct, changed, StringComparison.Ordinal));

    private static HandshakeVector Added(string name, string line) => new(name, Good[..^2] + line + "\r\n\r\n");
}
