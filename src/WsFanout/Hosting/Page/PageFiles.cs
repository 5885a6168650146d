using System.Collections.Frozen;

namespace WsFanout.Hosting.Page;

/// <summary>The files of the live page, kept in the program itself: nothing to install, nothing to fetch from elsewhere.</summary>
internal static class PageFiles
{
    /// <summary>What the page may do, for the header <c>Content-Security-Policy</c>: its own files and its own server, nothing else.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly FrozenDictionary<string, (ReadOnlyMemory<byte> Body, string ContentType)> Files =
        new Dictionary<string, (ReadOnlyMemory<byte>, string)>
        {
            ["/"] = (Read("index.html"), "text/html; charset=utf-8"),
            ["/app.js"] = (Read("app.js"), "text/javascript; charset=utf-8"),
            ["/client.js"] = (Read("client.js"), "text/javascript; charset=utf-8"),
            ["/load.js"] = (Read("load.js"), "text/javascript; charset=utf-8"),
            ["/style.css"] = (Read("style.css"), "text/css; charset=utf-8"),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every path that <see cref="Find"/> knows; the page needs all of them.</summary>
    public static IReadOnlyList<string> Paths => Files.Keys;

    /// <summary>The file served at a path, or <see langword="null"/>. Paths are compared letter by letter.</summary>
    public static (ReadOnlyMemory<byte> Body, string ContentType)? Find(string path) =>
        Files.TryGetValue(path, out var file) ? file : null;

    private static byte[] Read(string name)
    {
        using var stream = typeof(PageFiles).Assembly.GetManifestResourceStream($"Page/{name}")
            ?? throw new InvalidOperationException($"the program was built without the page's file {name}");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
