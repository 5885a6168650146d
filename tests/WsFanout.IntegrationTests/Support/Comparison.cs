using System.Text.RegularExpressions;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Takes a query apart: one that compares finds nothing as long as all is well, but what it compares is always there.</summary>
internal static partial class Comparison
{
    private const string Absent = "absent(";

    /// <summary>What stands left of each comparison, and whole what compares nothing: the parts that <c>and</c>, <c>or</c>, <c>unless</c> join, each.</summary>
    public static IEnumerable<string> LeftSides(string query)
    {
        foreach (var part in Cut(query, Join()))
        {
            var left = Matching().Replace(Cut(part, Compare())[0], "").Trim();

            // That there is none is what it asks for: what must be there is what is looked for.
            if (!left.StartsWith(Absent, StringComparison.Ordinal)) yield return left;
            else yield return LeftSides(left[Absent.Length..^1]).First();
        }
    }

    // At matches outside of every bracket and text.
    private static List<string> Cut(string text, Regex at)
    {
        var parts = new List<string>();
        var (depth, isQuoted, start) = (0, false, 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"') isQuoted = !isQuoted;
            if (isQuoted) continue;
            if (text[i] is '(' or '{' or '[') depth++;
            if (text[i] is ')' or '}' or ']') depth--;
            if (depth > 0 || at.Match(text, i) is not { Success: true } match || match.Index != i) continue;
            parts.Add(text[start..i]);
            i += match.Length - 1;
            start = i + 1;
        }

        parts.Add(text[start..]);
        return parts;
    }

    [GeneratedRegex(@"\G\s(?:and|or|unless)\s")]
    private static partial Regex Join();

    [GeneratedRegex(@"\G(?:[<>]=?|[=!]=)")]
    private static partial Regex Compare();

    [GeneratedRegex(@"^\s*(?:on|ignoring)\s*\([^)]*\)")]
    private static partial Regex Matching();
}
