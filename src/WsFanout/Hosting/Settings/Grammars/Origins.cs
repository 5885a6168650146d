namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>Values of the <c>Origin</c> header: <c>https://app.example.com</c>, or <c>*</c> for any.</summary>
internal static class Origins
{
    public const string Any = "*";

    public static ListGrammar<string> Grammar { get; } =
        new("empty (any), * (any), or origins like https://app.example.com, several by comma", Read, origin => origin);

    private static Reading<string> Read(string text)
    {
        if (text == Any)
        {
            return Reading<string>.Of(text);
        }

        var isOrigin = Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Host.Length > 0
            && uri.UserInfo.Length == 0
            && text.AsSpan(text.IndexOf("://", StringComparison.Ordinal) + 3).IndexOfAny("/?#@") < 0;
        return isOrigin ? Reading<string>.Of(text.ToLowerInvariant()) : Reading<string>.Wrong("is not scheme://host[:port] alone");
    }
}
