using System.Collections.Frozen;

namespace WsFanout.Hosting.Page;

/// <summary>The files of the console, kept in the program itself: nothing to install, nothing to fetch from elsewhere.</summary>
internal static class PageFiles
{
    /// <summary>What the page may do, for the header <c>Content-Security-Policy</c>: its own files and its own server, nothing else.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>The client that any page may import, from here or from elsewhere.</summary>
    public const string Client = "/client.js";

    private const string Script = "text/javascript; charset=utf-8";

    private static readonly string[] Scripts =
    [
        "app", "channels", "clock", "dom", "eventlist", "events", "health", "histogram", "latency", "load", "messages", "plot", "publish", "scale", "series", "server", "states", "table",
        "traffic", "words",
    ];

    private static readonly FrozenDictionary<string, PageFile> Files =
        new Dictionary<string, PageFile>(Scripts.Select(name => KeyValuePair.Create($"/{name}.js", new PageFile(Read($"{name}.js"), Script))))
        {
            ["/"] = new(Read("index.html"), "text/html; charset=utf-8"),
            [Client] = new(Read("client.js"), Script, isForEveryone: true),
            ["/style.css"] = new(Read("style.css"), "text/css; charset=utf-8"),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every path that <see cref="Find"/> knows; the page needs all of them.</summary>
    public static IReadOnlyList<string> Paths => Files.Keys;

    /// <summary>The file served at a path, or <see langword="null"/>. Paths are compared letter by letter.</summary>
    public static PageFile? Find(string path) => Files.GetValueOrDefault(path);

    private static byte[] Read(string name)
    {
        using var stream = typeof(PageFiles).Assembly.GetManifestResourceStream($"Page/{name}")
            ?? throw new InvalidOperationException($"the program was built without the page's file {name}");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
