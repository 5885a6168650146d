using System.Net;
using System.Net.Security;

namespace WsFanout.Tools;

/// <summary>How the commands open connections: straight to the address given, never by way of a proxy or a redirect.</summary>
internal static class ToolHttp
{
    public static SocketsHttpHandler Handler() => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        SslOptions = { RemoteCertificateValidationCallback = (stream, _, _, errors) => errors == SslPolicyErrors.None || IsLoopback((stream as SslStream)?.TargetHostName) },
    };

    /// <param name="answerWithin">Most time for one request and its whole answer.</param>
    public static HttpClient Client(TimeSpan answerWithin) => new(Handler())
    {
        Timeout = answerWithin,
        MaxResponseContentBufferSize = 1 << 20,
    };

    /// <summary>No certificate names the inside of a machine, and nobody stands between two of its programs.</summary>
    private static bool IsLoopback(string? host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
