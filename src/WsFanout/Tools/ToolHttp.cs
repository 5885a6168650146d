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
    };

    /// <param name="answerWithin">Most time for one request and its whole answer.</param>
    public static HttpClient Client(TimeSpan answerWithin) => new(Handler())
    {
        Timeout = answerWithin,
        MaxResponseContentBufferSize = 1 << 20,
    };
}
