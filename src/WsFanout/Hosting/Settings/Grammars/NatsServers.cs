namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>Reads and writes one server of <c>NATS_URL</c>.</summary>
internal static class NatsServers
{
    private const int DefaultPort = 4222;

    public static ListGrammar<Uri> Grammar { get; } =
        new("nats://[user:password@]host[:port] or tls://…, several by comma", Read, Masked);

    /// <summary>The address without what stands before the <c>@</c>.</summary>
    public static string Masked(Uri server) =>
        $"{server.Scheme}://{(server.UserInfo.Length > 0 ? $"{Masking.Mask}@" : "")}{server.Host}:{server.Port}";

    private static Reading<Uri> Read(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            return Reading<Uri>.Wrong("does not start with nats:// or tls://");
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var server) || server.Host.Length == 0)
        {
            return Reading<Uri>.Wrong("has no valid host and port (characters like / # ? in a password are written %2F %23 %3F)");
        }

        if (server.Scheme is not ("nats" or "tls"))
        {
            return Reading<Uri>.Wrong("has another scheme than nats or tls");
        }

        if (server.PathAndQuery is not ("" or "/") || server.Fragment.Length > 0)
        {
            return Reading<Uri>.Wrong("has more behind host and port (characters like / # ? in a password are written %2F %23 %3F)");
        }

        return server.Port == 0
            ? Reading<Uri>.Wrong("has port 0")
            : Reading<Uri>.Of(server.Port > 0 ? server : new UriBuilder(server) { Port = DefaultPort }.Uri);
    }
}
