namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>Values of the <c>Origin</c> header exactly as browsers send them: <c>https://app.example.com</c>, or <c>*</c> for any.</summary>
/// <remarks>They are compared byte for byte, so what no browser sends is refused here rather than never matched.</remarks>
internal static class Origins
{
    public const string Any = "*";

    private const string SchemeEnd = "://";

    public static ListGrammar<string> Grammar { get; } =
        new("empty (any), * (any), or origins like https://app.example.com, several by comma", Read, origin => origin);

    private static Reading<string> Read(string text)
    {
        if (text == Any) return Reading<string>.Of(text);
        if (text.Equals("null", StringComparison.OrdinalIgnoreCase)) return Reading<string>.Wrong("is null, which pages of many kinds send, from anywhere");
        if (text.Contains(Any, StringComparison.Ordinal)) return Reading<string>.Wrong("has a wildcard within; only whole origins are compared");

        var scheme = text.IndexOf(SchemeEnd, StringComparison.Ordinal);
        if (scheme < 0) return Reading<string>.Wrong("has no scheme, like https://");
        var behind = text.AsSpan(scheme + SchemeEnd.Length);
        var end = behind.IndexOfAny("/\\?#");
        if ((end < 0 ? behind : behind[..end]).Contains('@')) return Reading<string>.Wrong("has a user before its host");
        if (end >= 0) return Reading<string>.Wrong("has something behind host and port, if only a slash");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0) return Reading<string>.Wrong("is not scheme://host[:port]");
        if (uri.Scheme is "ws" or "wss") return Reading<string>.Wrong("is this server's side; the origin of a page begins with http:// or https://");

        var sent = AsSent(uri);
        return text == sent ? Reading<string>.Of(text) : Reading<string>.Wrong($"would never match: browsers send {sent}");
    }

    /// <summary>Lower case, the host in ASCII, no default port.</summary>
    private static string AsSent(Uri uri)
    {
        var host = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost;
        return uri.IsDefaultPort ? $"{uri.Scheme}{SchemeEnd}{host}" : $"{uri.Scheme}{SchemeEnd}{host}:{uri.Port}";
    }
}
