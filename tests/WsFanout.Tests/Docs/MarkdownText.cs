using System.Text.RegularExpressions;
using WsFanout.Tests.Hosting.Settings;

namespace WsFanout.Tests.Docs;

/// <summary>Finds links and headings in the documents of the repository.</summary>
internal static partial class MarkdownText
{
    private static readonly string[] NotOurs = [".git", "artifacts", "bin", "node_modules", "obj", "TestResults"];

    /// <summary>Every document, by its path relative to the root.</summary>
    public static IReadOnlyList<string> Documents { get; } = [.. Below(RepositoryFiles.Root).Select(path => Path.GetRelativePath(RepositoryFiles.Root, path)).Order()];

    /// <returns>Links to places in the repository: the path as written, empty for the document itself, and the anchor, empty for all of it.</returns>
    public static IEnumerable<(string Path, string Anchor)> Links(string text) =>
        Link().Matches(text).Select(match => (match.Groups["path"].Value, match.Groups["anchor"].Value));

    /// <returns>What a link to each heading has behind its <c>#</c>.</returns>
    public static IEnumerable<string> Anchors(string text) => Heading().Matches(Code().Replace(text, "")).Select(match => AnchorOf(match.Groups["name"].Value));

    /// <summary>As GitHub makes them.</summary>
    public static string AnchorOf(string heading) => NotInAnchors().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    private static IEnumerable<string> Below(string folder) =>
        Directory.EnumerateFiles(folder, "*.md").Concat(Directory.EnumerateDirectories(folder).Where(inner => !NotOurs.Contains(Path.GetFileName(inner))).SelectMany(Below));

    [GeneratedRegex(@"\]\((?![a-z]+:)(?<path>[^)#\s]*)(?:#(?<anchor>[^)\s]+))?\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (?<name>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    // A comment in it looks like a heading.
    [GeneratedRegex("^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
